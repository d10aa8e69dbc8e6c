#!/usr/bin/env bash
# Brings this node to what cluster.json says, in its turn, and waits until it serves.
#   update-node.sh asked [required|ignored [SECONDS]]  run by Systems Manager, one node at a time, when something of the cluster changes;
#                                                      whether the other nodes must be ready, and after how long it gives up
#   update-node.sh own                                 run by a timer, to pick up rotated keys and certificates
set -euo pipefail

# On a new machine the boot installs what the other programs need to read cluster.json.
until command -v jq >/dev/null; do sleep 2; done
# shellcheck source=common.sh
source /opt/qdrant/bin/common.sh
# shellcheck source=../../../cluster/programs/certificates.sh
source /opt/qdrant/bin/certificates.sh
# shellcheck source=../../../cluster/programs/turns.sh
source /opt/qdrant/bin/turns.sh

turn=$1 others=${2:-required} deadline=$((SECONDS + ${3:-7200}))
stopped=
# Only between steps: what has begun is brought to its end.
trap 'stopped=yes' TERM

remaining_seconds() { printf '%s' "$((deadline > SECONDS ? deadline - SECONDS : 0))"; }

# Long enough for every other node to have had its turn, and to be ready again.
turn_wait_seconds() {
  local turns=2 wait
  [[ $turn == asked ]] || turns=$((2 * $(node_count)))
  wait=$((300 + turns * $(turn_seconds)))
  printf '%s' "$((wait < $(remaining_seconds) ? wait : $(remaining_seconds)))"
}

# A requested update takes precedence over the node's own refresh, and waits only for one that is already running.
preempt_own_update() {
  [[ $turn != asked ]] || systemctl stop --quiet qdrant-refresh.service
}

# The folder that the server was started with; none while it does not run.
running_folder() { [[ ! -s /run/qdrant-server/folder ]] || cat /run/qdrant-server/folder; }

restart_with() {
  make_current "$1"
  # It holds ports that Qdrant may be about to take.
  [[ -n $GUARDED_PORTS ]] || /opt/qdrant/bin/arrange-units.sh
  log "restarting Qdrant with $1"
  systemctl restart qdrant.service
  /opt/qdrant/bin/arrange-units.sh
  [[ -z $GUARDED_PORTS ]] || systemctl restart qdrant-guard.service
}

roll_out() {
  local folder
  folder=$(RETRY_SECONDS=120 /opt/qdrant/bin/prepare-server.sh)
  [[ $folder != "$(running_folder)" ]] || return 0
  RETRY_SECONDS=600 retry /opt/qdrant/bin/pull-image.sh "$folder"
  if ! take_turn "$turn" "$(turn_wait_seconds)" "$folder"; then
    [[ -z $stopped ]] || exit 0
    fail "another node is not ready; restarting this one could take the cluster down. Mend that node first."
  fi
  # Its certificate may have ended while it waited.
  if ! (check_certificate "$folder/tls" "$folder/tls/issuer.pem"); then
    rm -f "$DRAINING"
    roll_out
    return
  fi
  restart_with "$folder"
}

# The guard reads its certificates once, and may have ended between two steps of an earlier run.
mend_guard() {
  ! is_ready 127.0.0.1 "$HOST" || guard_serves || systemctl restart qdrant-guard.service
}

# What a node was started with may be what keeps it from being ready, and may have been replaced meanwhile.
wait_until_ready() {
  local seconds=${READY_SECONDS:-$(remaining_seconds)} looked=$SECONDS
  local end=$((SECONDS + seconds))
  until [[ -e $CURRENT ]] && serves_clients 2>/dev/null; do
    [[ -z $stopped ]] || exit 0
    if ((SECONDS >= end)); then
      journalctl --unit qdrant.service --unit qdrant-guard.service --lines 30 --no-pager >&2 || true
      [[ ! -e $CURRENT ]] || serves_clients || true
      fail "the node did not become ready within $seconds s"
    fi
    if [[ $turn == own && -e $CURRENT ]] && ((SECONDS - looked >= ${LOOK_SECONDS:-60})); then
      take_lock
      roll_out
      looked=$SECONDS
    fi
    pause 2
  done
}

[[ $others == required ]] || others_are_ready() { :; }
systemctl daemon-reload
preempt_own_update
take_lock
# Left over where an earlier run was cut off.
rm -f "$DRAINING"
if [[ -e $CURRENT ]]; then
  RETRY_SECONDS=300 retry /opt/qdrant/bin/setup-host.sh
  /opt/qdrant/bin/restrict-metadata.sh
  /opt/qdrant/bin/mount-data-volume.sh
  roll_out
  /opt/qdrant/bin/arrange-units.sh
  mend_guard
else
  # The node has not come up since it was started: what it needs to do so is in the boot program.
  drop_lock
  systemctl start --no-block qdrant.target
fi
wait_until_ready
log "ready"

# A change of the CA takes several steps, each of which waits for the other nodes.
if [[ -s $CURRENT/tls/kept.pem ]]; then
  [[ $turn == asked ]] || fail "a change of the CA is under way; the next step is tried in a few minutes"
  systemctl start --no-block qdrant-refresh.service
fi
