#!/usr/bin/env bash
# Runs the server, and restarts it when a key or a certificate has changed: Qdrant reads those of gRPC and of the peers, and whom it
# believes, once only. Each node has a turn of its own in which it may do so, and does it only while every other node is ready, so that
# no two are away at a time and nobody has to be asked.
set -euo pipefail
# shellcheck source=common.sh
source "${PROGRAMS:-/opt/qdrant}/common.sh"

readonly LOOK_SECONDS=${LOOK_SECONDS:-20} DRAIN_SECONDS=${DRAIN_SECONDS:-15}
server=
stopped=

stop() {
  stopped=yes
  [[ -z $server ]] || kill -TERM "$server" 2>/dev/null || true
}
trap stop TERM INT

# What is missing may come later, and the log says what it is.
prepare() {
  local wait=2
  until folder=$("$PROGRAMS/prepare.sh"); do
    [[ -z $stopped ]] || exit 0
    log "trying again in $wait s"
    pause "$wait"
    wait=$((wait * 2 > 60 ? 60 : wait * 2))
  done
}

# Makes a prepared folder the one that the server and the guard use, in one step, and drops the others.
make_current() {
  local other
  ln -sfn "$folder" "$CURRENT.new"
  mv --no-target-directory "$CURRENT.new" "$CURRENT"
  for other in "$RUNTIME"/releases/*; do
    [[ $other == "$folder" ]] || rm -rf "$other"
  done
}

# Qdrant's storage is compatible from one minor release to the next, and never back.
check_upgrade_path() {
  local from to=$VERSION from_minor to_minor
  [[ -s $STORAGE/.qdrant-version ]] || return 0
  from=$(<"$STORAGE/.qdrant-version")
  from_minor=$(cut -d . -f 2 <<<"$from") to_minor=$(cut -d . -f 2 <<<"$to")
  if [[ ${from%%.*} != "${to%%.*}" ]] || ((to_minor < from_minor || to_minor > from_minor + 1)); then
    fail "the data was last served by Qdrant $from; $to cannot follow it. Upgrade minor by minor, never back."
  fi
}

# The cluster keeps the address of a peer, TLS included, for good.
check_peer_address() {
  [[ ! -s $STORAGE/.qdrant-peer-uri || $(<"$STORAGE/.qdrant-peer-uri") == "$OWN_URI" ]] ||
    fail "this node is known to its cluster as $(<"$STORAGE/.qdrant-peer-uri"); it cannot become $OWN_URI. Make a new cluster and move the data."
}

# On a full disk the file keeps what it held.
remember() {
  [[ -s $1 && $(<"$1") == "$2" ]] && return 0
  printf '%s' "$2" >"$1.new"
  mv "$1.new" "$1"
}

# Whom the server is to join through. Qdrant ignores it once it is a member of a cluster; but a server whose first attempt to join was
# refused has a state of its own already, and would take itself for the first of a new cluster if it were told its own address.
# Only the first node founds a cluster, and only when no other answers: so a first node that lost its storage joins the others again.
find_bootstrap() {
  local ordinal host
  bootstrap=$OWN_URI
  [[ ! -e $STORAGE/.qdrant-founder ]] || return 0
  if [[ -e $STORAGE/raft_state.json ]]; then
    ordinal=$(other_ordinals | shuf -n 1)
    [[ -z $ordinal ]] || bootstrap="https://$(peer_host "$ordinal"):6335"
    return 0
  fi
  for ordinal in $(other_ordinals); do
    host=$(peer_host "$ordinal")
    if is_ready "$host" "$host"; then
      bootstrap="https://$host:6335"
      return 0
    fi
  done
  [[ $ORDINAL == 0 ]] || return 1
  remember "$STORAGE/.qdrant-founder" "$OWN_URI"
}

await_bootstrap() {
  until find_bootstrap; do
    [[ -z $stopped ]] || exit 0
    log "no peer answers yet"
    pause 3
  done
}

# Whether the certificate that the server runs with is about to end, which would be worse than a second node that is away.
ends_soon() { ! openssl x509 -in "$CURRENT/tls/cert.pem" -noout -checkend 86400 >/dev/null; }

may_restart() {
  local now
  ((NODE_COUNT > 1)) || return 0
  printf -v now '%(%s)T' -1
  # The end of a turn is left to the restart itself.
  ((now / TURN_SECONDS % NODE_COUNT == ORDINAL && now % TURN_SECONDS < TURN_SECONDS / 3)) || return 1
  # A node that does not serve may always be restarted: nothing gets worse by it.
  ! is_ready 127.0.0.1 "$HOST" || all_peers_ready || ends_soon
}

# Waits so many seconds, or until the server ends: then there is none any more, and its code is known.
await_server() {
  local ended='' status=0 sleeper
  sleep "$1" &
  sleeper=$!
  wait -n -p ended "$sleeper" "$server" || status=$?
  if [[ $ended == "$server" ]]; then
    server='' code=$status
  fi
  kill "$sleeper" 2>/dev/null || true
}

# Ends the server where there is something new to start it with, and it is this node's turn.
look_for_changes() {
  local new
  look=$LOOK_SECONDS
  new=$("$PROGRAMS/prepare.sh") || return 0
  [[ $new != "$folder" ]] || return 0
  # Not to miss its turn.
  look=1
  may_restart || return 0
  log "restarting Qdrant with $new"
  : >"$DRAINING"
  await_server "$DRAIN_SECONDS"
  restart=yes
  [[ -z $server ]] || kill -TERM "$server" 2>/dev/null || true
}

while true; do
  prepare
  make_current
  await_bootstrap
  check_upgrade_path
  check_peer_address
  remember "$STORAGE/.qdrant-version" "$VERSION"
  remember "$STORAGE/.qdrant-peer-uri" "$OWN_URI"
  rm -f "$DRAINING"
  [[ -z $stopped ]] || exit 0
  restart='' code=0 look=$LOOK_SECONDS
  ./qdrant --config-path "$CURRENT/node.yaml" --bootstrap "$bootstrap" --uri "$OWN_URI" &
  server=$!
  while [[ -n $server ]]; do
    await_server "$look"
    [[ -z $server || -n $stopped || -n $restart ]] || look_for_changes
  done
  [[ -n $restart && -z $stopped ]] || exit "$code"
done
