#!/usr/bin/env bash
# Gathers all that the server and the guard are started with into one folder in memory, and prints the folder's path. The folder's name
# is a digest of its content: where nothing changed, it is the folder that the server already runs with.
#   node.yaml          the API keys, and what else differs from node to node
#   tls/cert.pem key.pem ca.pem client-ca.pem
#   grpc-guard.conf
# What is missing or not good stops it: Qdrant without a key answers everyone.
set -euo pipefail
# shellcheck source=common.sh
source "${PROGRAMS:-/opt/qdrant}/common.sh"
umask 077

mkdir -p "$RUNTIME/releases"
work=$(mktemp --directory "$RUNTIME/releases/staging.XXXXXX")
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
  local name
  for name in tls.crt tls.key ca.crt; do
    [[ -s $SECRETS/tls/$name ]] || fail "the Secret of the certificate has no $name"
  done
  cp "$SECRETS/tls/tls.crt" "$work/tls/cert.pem"
  cp "$SECRETS/tls/tls.key" "$work/tls/key.pem"
  bundles client-cas >"$work/tls/client-ca.pem"
  [[ -s $work/tls/client-ca.pem ]] || cp "$SECRETS/tls/ca.crt" "$work/tls/client-ca.pem"
  { cat "$SECRETS/tls/ca.crt" && printf '\n' && bundles trusted && cat "$work/tls/client-ca.pem"; } >"$work/tls/ca.pem"
}

check_certificate() {
  local expected actual purpose
  expected=$(openssl pkey -in "$work/tls/key.pem" -pubout) || fail "the private key cannot be read"
  actual=$(openssl x509 -in "$work/tls/cert.pem" -noout -pubkey) || fail "the certificate cannot be read"
  [[ $expected == "$actual" ]] || fail "the private key does not belong to the certificate"
  [[ $(openssl x509 -in "$work/tls/cert.pem" -noout -checkhost "$HOST") == *'does match'* ]] ||
    fail "the certificate does not name this node's host $HOST; the other nodes would refuse it"
  for purpose in sslserver sslclient; do
    openssl verify -purpose "$purpose" -CAfile "$work/tls/ca.pem" -untrusted "$work/tls/cert.pem" "$work/tls/cert.pem" \
      >/dev/null 2>"$work/why" || fail "the certificate is not good as $purpose: $(grep -m 1 error "$work/why" || cat "$work/why")"
  done
  rm -f "$work/why"
}

write_guard() {
  local ipv6='#'
  [[ ${POD_IPS:-} != *:* ]] || ipv6=''
  sed -e "s|@HOST@|$HOST|" -e "s|@IPV6@|$ipv6|" "$PROGRAMS/grpc-guard.conf" >"$work/grpc-guard.conf"
}

digest() { (cd "$work" && find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-16); }

command -v openssl >/dev/null || fail "the image has no openssl; the official images of Qdrant have"
write_node_settings >"$work/node.yaml"
gather_certificates
check_certificate
write_guard
folder="$RUNTIME/releases/$(digest)"
if [[ -d $folder ]]; then
  rm -rf "$work"
else
  mv --no-target-directory "$work" "$folder"
fi
printf '%s\n' "$folder"
