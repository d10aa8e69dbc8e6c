#!/usr/bin/env bash
# Before the pod is stopped, whatever asks for it: a change that rolls through the StatefulSet, an eviction, a machine that is drained. Waits
# for a turn in which no other node is away, and until no client is sent here any more. Kubernetes stops the server afterwards.
set -euo pipefail
# shellcheck source=common.sh
source "${PROGRAMS:-/opt/qdrant}/common.sh"
# What a hook prints goes nowhere; what the server prints is kept.
readonly LOG=${LOG:-/proc/1/fd/2}
if (true >>"$LOG") 2>/dev/null; then
  exec 2>>"$LOG"
fi

# The pod's grace has room for so much.
readonly LEAVE_SECONDS=${LEAVE_SECONDS:-240}

# Whether the cluster has a majority now, and this node serves in it.
is_missed() {
  local host count ready=1
  count=$(node_count)
  ((INDEX < count && count > 1)) && is_ready 127.0.0.1 "$HOST" || return 1
  for host in $(other_hosts); do
    ! is_ready "$host" "$host" || ready=$((ready + 1))
    ((ready * 2 <= count)) || return 0
  done
  return 1
}

: >"$LEAVING"
# As long as the grace lets it: a second node away could be one too many.
deadline=$((SECONDS + LEAVE_SECONDS))
until take_turn asked 5; do
  if ! is_missed; then
    log "stopping without a turn: the cluster does not rest on this node now"
    break
  elif ((SECONDS >= deadline)); then
    log "stopping although another node is away: the cluster had no turn for this one within $LEAVE_SECONDS s"
    break
  fi
done
if [[ ! -e $DRAINING ]]; then
  : >"$DRAINING"
  pause "$DRAIN_SECONDS"
fi
