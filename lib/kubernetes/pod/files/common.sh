# shellcheck shell=bash
# shellcheck disable=SC2034 # the programs that source this use them
# What the pod's programs share. Sourced by each of them after `set -euo pipefail`. They use what the server's image has, and no more.

readonly PROGRAMS=${PROGRAMS:-/opt/qdrant}
# Which cluster this is; no secret in it.
# shellcheck source=/dev/null
source "$PROGRAMS/cluster.env"

# In memory, and shared by the containers of the pod: what the server and the guard are started with.
readonly RUNTIME=${RUNTIME:-/run/qdrant}
readonly CURRENT="$RUNTIME/current"
readonly DRAINING="$RUNTIME/draining"

# Where Kubernetes mounts Secrets and ConfigMaps, and brings them up to date while the pod runs.
readonly SECRETS=${SECRETS:-/run/secrets/qdrant}
readonly STORAGE=${STORAGE:-/qdrant/storage}

POD=${POD:-$HOSTNAME}
readonly POD ORDINAL=${POD##*-}
readonly HOST="$POD.$PEER_DOMAIN"
readonly OWN_URI="https://$HOST:6335"

log() { printf '%s\n' "$*" >&2; }
fail() {
  log "error: $*"
  exit 1
}

# Sleeps, and wakes up to be stopped.
pause() {
  sleep "$1" &
  wait $! || true
}

peer_host() { printf '%s-%s.%s' "$CLUSTER" "$1" "$PEER_DOMAIN"; }

other_ordinals() {
  local ordinal
  for ((ordinal = 0; ordinal < NODE_COUNT; ordinal++)); do
    [[ $ordinal == "$ORDINAL" ]] || printf '%s\n' "$ordinal"
  done
}

# Whether a node answers GET /readyz with 200, asked as the nodes ask each other: certificate verified, own certificate presented.
#   is_ready ADDRESS HOST
is_ready() {
  local status
  status=$(printf 'GET /readyz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$2" |
    timeout 5 openssl s_client -connect "$1:6333" -servername "$2" -verify_hostname "$2" -verify_return_error -quiet \
      -CAfile "$CURRENT/tls/ca.pem" -cert "$CURRENT/tls/cert.pem" -key "$CURRENT/tls/key.pem" 2>/dev/null) || true
  [[ $status == 'HTTP/1.1 200 '* ]]
}

all_peers_ready() {
  local ordinal host
  for ordinal in $(other_ordinals); do
    host=$(peer_host "$ordinal")
    is_ready "$host" "$host" || { log "the peer $host is not ready" && return 1; }
  done
}
