#!/usr/bin/env bash
# Gathers all that the server and the guard are started with into one folder in memory, and prints the folder's path. The folder's name
# is a digest of its content: where nothing changed, it is the folder that the server already runs with.
#   node.yaml          the API keys, and what else differs from node to node
#   tls/               certificates and trusted CAs, as certificates.sh has them
#   tls/client-ca.pem  the CAs of clients, where they must present a certificate, and client-anchors.pem, as OpenSSL takes them for CAs by themselves
#   guard.conf
# What is missing or not good stops it: Qdrant without a key answers everyone.
set -euo pipefail
# shellcheck source=common.sh
source "${PROGRAMS:-/opt/qdrant}/common.sh"
# shellcheck source=../../../cluster/programs/guard.sh
source "$PROGRAMS/guard.sh"
umask 077

mkdir -p "$RUNTIME/prepared"
work=$(mktemp --directory "$RUNTIME/prepared/staging.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/tls"

# A line of the server's configuration for a key: add_key FILE SETTING
add_key() {
  local file=$SECRETS/keys/$1 key
  [[ -e $file ]] || return 0
  # A line end after the key is not part of it.
  key=$(<"$file")
  ((${#key} >= 32)) || fail "the API key '$1' has ${#key} characters; at least 32 are needed"
  [[ $key =~ ^[[:graph:]]+$ ]] || fail "the API key '$1' has characters that do not fit a header"
  printf "  %s: '%s'\n" "$2" "${key//\'/\'\'}"
}

write_node_settings() {
  local host=0.0.0.0
  # Of a pod with both families, or IPv6 alone, every address is served.
  [[ ${POD_IPS:-} != *:* ]] || host='::'
  printf "service:\n  host: '%s'\n" "$host"
  [[ -s $SECRETS/keys/admin ]] || fail "the admin API key is missing or empty"
  add_key admin api_key
  add_key read-only read_only_api_key
  add_key alternate alt_api_key
}

# The certificates of each file in a folder, whatever they are called.
bundles() {
  local file
  for file in "$SECRETS/$1"/*; do
    [[ -e $file ]] || continue
    cat "$file"
    printf '\n'
  done
}

gather_certificates() {
  local name offered=$work/offered
  for name in tls.crt tls.key ca.crt; do
    [[ -s $SECRETS/tls/$name ]] || fail "the Secret of the certificate has no $name"
  done
  mkdir "$offered"
  cp "$SECRETS/tls/tls.crt" "$offered/cert.pem"
  cp "$SECRETS/tls/tls.key" "$offered/key.pem"
  cp "$SECRETS/tls/ca.crt" "$offered/issuer.pem"
  bundles trusted >"$offered/trusted.pem"
  adopt_certificate "$offered" "$work/tls"
  rm -r "$offered"
}

# Clients are of the CAs that are named for them and of no others, or else of those of the nodes.
gather_client_cas() {
  bundles client-cas >"$work/tls/client-ca.pem"
  [[ -s $work/tls/client-ca.pem ]] || cp "$work/tls/ca.pem" "$work/tls/client-ca.pem"
  client_anchors "$work/tls/client-ca.pem" >"$work/tls/client-anchors.pem"
  [[ -s $work/tls/client-anchors.pem ]] || fail "no CA certificate for clients was found"
}

digest() { (cd "$work" && find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-16); }

command -v openssl >/dev/null || fail "the image has no openssl; the official images of Qdrant have"
write_node_settings >"$work/node.yaml"
gather_certificates
if [[ -n $GUARDED_PORTS ]]; then
  gather_client_cas
  ipv6=''
  [[ ${POD_IPS:-} != *:* ]] || ipv6=yes
  write_guard "$PROGRAMS/guard.conf" /tmp/nginx.pid "$ipv6" >"$work/guard.conf"
fi
folder="$RUNTIME/prepared/$(digest)"
if [[ -d $folder ]]; then
  rm -rf "$work"
else
  mv --no-target-directory "$work" "$folder"
fi
printf '%s\n' "$folder"
