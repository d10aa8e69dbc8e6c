#!/usr/bin/env bash
# Builds the Kubernetes that the tests run from its Go modules, and fetches the definitions of the custom resources that the library makes.
# Everything goes to a cache folder, and is not made again.
#   install.sh [cluster] [oldest] [trivy] [promtool]
# The API server, which judges objects; with `cluster` also what a whole cluster on this machine consists of (test/integration/kubernetes),
# with `oldest` also the API server of the oldest Kubernetes that the library supports, with `trivy` Trivy's checks of what is synthesized, and with
# `promtool` what evaluates the alerts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

cache=${KUBERNETES_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cdktf-qdrant}
mkdir -p "$cache/crds" "$cache/versions"
# One at a time; tests that miss a program wait for it (test/support/programs.ts).
exec 9>"$cache/install.lock"
flock 9

# The version of a module that a folder's go.mod requires: required FOLDER MODULE
required() { (cd "$1" && go list -m -f '{{.Version}}' "$2"); }

# The same for a program of our own, which changes without the module that it is made of: own FOLDER MODULE
own() { printf '%s %s' "$(required "$1" "$2")" "$(cat "$1"/*.go | sha256sum | cut -c 1-12)"; }

# What the cache has a package's program as: those of the oldest version lie beside those of the newest. program_of FOLDER PACKAGE
program_of() {
  local program=${2##*/}
  [[ $1 == oldest ]] && program+=-oldest
  printf '%s' "$program"
}

# Builds packages of a folder's module, unless their programs are there in this version: build FOLDER VERSION FLAGS PACKAGE...
build() {
  local folder=$1 version=$2 flags=$3 package program work missing=()
  for package in "${@:4}"; do
    program=$(program_of "$folder" "$package")
    [[ $(cat "$cache/versions/$program" 2>/dev/null) == "$version" && -x $cache/$program ]] || missing+=("$package")
  done
  ((${#missing[@]} > 0)) || return 0
  work=$(mktemp --directory "$cache/build.XXXXXX")
  (cd "$folder" && nice go build -o "$work/" -ldflags "-s -w $flags" "${missing[@]}")
  for package in "${missing[@]}"; do
    program=$(program_of "$folder" "$package")
    mv "$work/${package##*/}" "$cache/$program"
    printf '%s' "$version" >"$cache/versions/$program"
  done
  rmdir "$work"
}

# build_kubernetes FOLDER PROGRAM...
build_kubernetes() {
  local folder=$1 programs=("${@:2}") version minor package=k8s.io/component-base/version
  version=$(required "$folder" k8s.io/kubernetes)
  minor=$(cut -d . -f 2 <<<"$version")
  build "$folder" "$version" "-X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=$minor" \
    "${programs[@]/#/k8s.io/kubernetes/cmd/}"
}

# It is the one program in an image without libraries.
build_coredns() {
  CGO_ENABLED=0 build coredns "$(own coredns github.com/coredns/coredns)" '' cdktf-qdrant/test/coredns
}

build_policy_enforcer() {
  local module=github.com/cloudnativelabs/kube-router/v2
  build kube-router "$(required kube-router "$module")" '' "$module/cmd/kube-router"
}

# Trivy's own module wants the second version of Go's JSON.
build_trivy() {
  local module=github.com/aquasecurity/trivy
  GOEXPERIMENT=jsonv2 build ../scanners/trivy "$(own ../scanners/trivy "$module")" '' cdktf-qdrant/test/trivy-checks
}

# Without what finds targets in clouds, which is most of it.
build_promtool() {
  local module=github.com/prometheus/prometheus
  GOFLAGS='-tags=remove_all_sd' build promtool "$(required promtool "$module")" '' "$module/cmd/promtool"
}

# fetch_definitions MODULE@VERSION FOLDER PATTERN
fetch_definitions() {
  local folder
  folder=$(cd / && go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  # shellcheck disable=SC2086 # a pattern
  install -m 644 "$folder/$2"/$3 "$cache/crds/"
}

build_kubernetes apiserver kube-apiserver
fetch_definitions github.com/cert-manager/cert-manager@v1.19.1 deploy/crds 'cert-manager.io_*.yaml'
for kind in servicemonitors prometheusrules; do
  fetch_definitions github.com/prometheus-operator/prometheus-operator@v0.85.0 example/prometheus-operator-crd "*_$kind.yaml"
done
fetch_definitions github.com/external-secrets/external-secrets@v0.16.2 config/crds/bases 'external-secrets.io_externalsecrets.yaml'
fetch_definitions sigs.k8s.io/gateway-api@v1.6.3 config/crd/standard 'gateway.networking.k8s.io_*route*.yaml'
fetch_definitions sigs.k8s.io/gateway-api@v1.6.3 config/crd/standard 'gateway.networking.k8s.io_backendtlspolicies.yaml'

for part in "$@"; do
  case $part in
    cluster)
      build_kubernetes apiserver kube-controller-manager kube-proxy kube-scheduler kubectl kubelet
      build_coredns
      build_policy_enforcer
      ;;
    oldest) build_kubernetes oldest kube-apiserver ;;
    trivy) build_trivy ;;
    promtool) build_promtool ;;
    *)
      printf 'install.sh: what is %s? It knows cluster, oldest, trivy and promtool\n' "$part" >&2
      exit 2
      ;;
  esac
done
