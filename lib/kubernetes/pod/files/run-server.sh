#!/usr/bin/env bash
# Runs the server, and restarts it when a key or a certificate has changed: Qdrant reads those of gRPC and of the peers, and the
# CAs that it trusts, once only. It does so in a turn of its own, while every other node is ready.
set -euo pipefail
# shellcheck source=common.sh
source "${PROGRAMS:-/opt/qdrant}/common.sh"
# shellcheck source=../../../cluster/programs/joining.sh
source "$PROGRAMS/joining.sh"
# shellcheck source=../../../cluster/programs/versions.sh
source "$PROGRAMS/versions.sh"
# shellcheck source=recovery.sh
source "$PROGRAMS/recovery.sh"

readonly LOOK_SECONDS=${LOOK_SECONDS:-20}
server='' watcher='' stopped='' restart='' code=0

# The server ends by itself once it has written what it must, and its code becomes the container's.
stop() {
  stopped=yes
  [[ -n $server ]] || exit 0
  kill -TERM "$server" 2>/dev/null || true
}
trap stop TERM INT

# What is missing may come later, and the log says what it is.
prepare() {
  local wait=2
  until folder=$("$PROGRAMS/prepare.sh"); do
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
  for other in "$RUNTIME"/prepared/*; do
    [[ $other == "$folder" ]] || rm -rf "$other"
  done
  remember_authorities
}

await_bootstrap() {
  local wait=2
  until find_bootstrap; do
    pause "$wait"
    wait=$((wait < 15 ? wait + 1 : wait))
  done
}

# Beside the server: what has served the data once is what may follow.
note_service() {
  until is_ready 127.0.0.1 "$HOST"; do
    pause 1
  done
  note_started
  # In recovery mode it has loaded no data.
  [[ -n $recovery_note ]] || remember version "$VERSION"
  remember peer-uri "$OWN_URI"
}

is_change_prepared() {
  # A pod that is being stopped has its turn from Kubernetes.
  [[ ! -e $LEAVING ]] || return 1
  new=$("$PROGRAMS/prepare.sh") || return 1
  [[ $new != "$folder" ]]
}

# Beside the server: ends once there is something new to start it with, and it is this node's turn.
await_change() {
  local wait=$LOOK_SECONDS new=''
  while true; do
    pause "$wait"
    wait=$LOOK_SECONDS
    is_change_prepared || continue
    # Looks again before long, as what is new may change, but without a pause in which a turn would pass.
    wait=0
    take_turn own 60 "$new" || continue
    ! is_change_prepared || return 0
    rm -f "$DRAINING"
  done
}

serve() {
  local noting ended status
  restart='' code=0
  note_start
  env ${recovery_note:+"QDRANT__STORAGE__RECOVERY_MODE=$recovery_note"} \
    ./qdrant --config-path "$CURRENT/node.yaml" --bootstrap "$bootstrap" --uri "$OWN_URI" &
  server=$!
  note_service &
  noting=$!
  while [[ -n $server ]]; do
    if [[ -z $watcher$stopped$restart ]]; then
      await_change &
      watcher=$!
    fi
    ended='' status=0
    wait -n -p ended "$server" ${watcher:+"$watcher"} || status=$?
    # A signal interrupts it: nothing has ended then.
    if [[ ${ended:-} == "$server" ]]; then
      server='' code=$status
      # 128 and the number of KILL.
      ((status == 137)) || note_started
    elif [[ -n ${ended:-} ]]; then
      watcher=''
      [[ $status == 0 && -z $stopped ]] || continue
      log "restarting Qdrant with other keys or certificates"
      restart=yes
      kill -TERM "$server" 2>/dev/null || true
    fi
  done
  kill "$noting" ${watcher:+"$watcher"} 2>/dev/null || true
  watcher=''
}

# All that Kubernetes keeps up to date is there before anything rests on it.
for value in node_count turn_seconds founding_time founding_minutes; do "$value" >/dev/null; done
# Some container runtimes start with 1024 open files, fewer than a collection of many segments has.
ulimit -n "$(ulimit -Hn)"
while true; do
  prepare
  make_current
  await_bootstrap
  check_upgrade_path "$VERSION"
  check_peer_address
  rm -f "$DRAINING" "$LEAVING"
  serve
  [[ -n $restart && -z $stopped ]] || exit "$code"
done
