# shellcheck shell=bash
# shellcheck disable=SC2153 # set by the program that sources this
# Who serves, asked as the nodes ask each other. Needs HOST, REST_PORT (where Qdrant itself serves REST),
# PORTS_BESIDE_REST (where it serves gRPC and metrics), GUARDED_PORTS, CURRENT, other_hosts.

# shellcheck disable=SC2034 # for the programs beside this one
readonly PEER_PORT=6335
# Behind the guard REST has another port; while a cluster changes from one to the other its nodes have either.
readonly REST_PORTS="$REST_PORT $((REST_PORT == 6333 ? 6337 : 6333))"

# Whether a node answers GET /readyz with 200: its certificate is verified, and the own one presented.
#   is_ready ADDRESS HOST
is_ready() {
  local port
  for port in $REST_PORTS; do
    ! answers_ready "$1" "$2" "$port" || return 0
  done
  return 1
}

answers_ready() {
  local status tls=$CURRENT/tls name=-verify_hostname
  ! is_address "$2" || name=-verify_ip
  status=$(printf 'GET /readyz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$2" |
    timeout 5 openssl s_client -connect "$1:$3" -noservername "$name" "$2" -verify_return_error -quiet \
      -CAfile "$tls/ca.pem" -cert "$tls/cert.pem" -key "$tls/key.pem" 2>/dev/null) || true
  [[ $status == 'HTTP/1.1 200 '* ]]
}

is_address() { [[ $1 =~ ^[0-9.]+$|: ]]; }

# Whether this node serves on every port that clients use: Qdrant's own, and the guard's with the certificate of today.
serves_clients() { qdrant_serves && guard_serves; }

# What the server was started with may differ from what it is to be started with next: then its folder says so.
#   ports_of NAME PORTS
ports_of() {
  if [[ -e $CURRENT/$1 ]]; then printf '%s' "$(<"$CURRENT/$1")"; else printf '%s' "$2"; fi
}

# Qdrant is ready without gRPC and metrics where it could not listen for them.
qdrant_serves() {
  local port
  is_ready 127.0.0.1 "$HOST" || { log "Qdrant is not ready" && return 1; }
  for port in $(ports_of ports-beside-rest "$PORTS_BESIDE_REST"); do
    [[ -n $(presented 127.0.0.1 "$port" | fingerprint) ]] || { log "Qdrant does not serve port $port" && return 1; }
  done
}

guard_serves() {
  local port
  for port in $(ports_of guarded-ports "$GUARDED_PORTS"); do
    [[ $(presented 127.0.0.1 "$port" | fingerprint) == "$(fingerprint <"$CURRENT/tls/cert.pem")" ]] ||
      { log "the guard does not serve port $port with the current certificate" && return 1; }
  done
}

# The certificate that is presented at a port, with those that come with it.
#   presented ADDRESS PORT
presented() { timeout 5 openssl s_client -connect "$1:$2" -noservername -showcerts </dev/null 2>/dev/null || true; }

fingerprint() { openssl x509 -noout -fingerprint -sha256 2>/dev/null || true; }
