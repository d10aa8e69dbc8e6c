#!/usr/bin/env bash
# Builds the Kubernetes API server that the tests talk to from its Go module, and fetches the definitions of the custom resources that the
# library makes. Everything goes to a cache folder, and is not made again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

cache=${KUBERNETES_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cdktf-qdrant}
version=$(sed -n 's/^\tk8s.io\/kubernetes \(v[0-9.]*\).*/\1/p' apiserver/go.mod)
mkdir -p "$cache/crds"

build_api_server() {
  local minor package=k8s.io/component-base/version
  minor=$(cut -d . -f 2 <<<"$version")
  (cd apiserver && go build -o "$cache/kube-apiserver.new" -ldflags \
    "-s -w -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=$minor" k8s.io/kubernetes/cmd/kube-apiserver)
  mv "$cache/kube-apiserver.new" "$cache/kube-apiserver"
  printf '%s' "$version" >"$cache/kube-apiserver.version"
}

# fetch_definitions MODULE@VERSION FOLDER PATTERN
fetch_definitions() {
  local folder
  folder=$(cd / && go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  # shellcheck disable=SC2086 # a pattern
  install -m 644 "$folder/$2"/$3 "$cache/crds/"
}

[[ $(cat "$cache/kube-apiserver.version" 2>/dev/null) == "$version" ]] || build_api_server
fetch_definitions github.com/cert-manager/cert-manager@v1.19.1 deploy/crds 'cert-manager.io_*.yaml'
fetch_definitions github.com/prometheus-operator/prometheus-operator@v0.85.0 example/prometheus-operator-crd '*_servicemonitors.yaml'
fetch_definitions github.com/external-secrets/external-secrets@v0.16.2 config/crds/bases 'external-secrets.io_externalsecrets.yaml'
fetch_definitions sigs.k8s.io/gateway-api@v1.6.3 config/crd/standard 'gateway.networking.k8s.io_*route*.yaml'
fetch_definitions sigs.k8s.io/gateway-api@v1.6.3 config/crd/standard 'gateway.networking.k8s.io_backendtlspolicies.yaml'
