# shellcheck shell=bash
# shellcheck disable=SC2153 # set by the program that sources this
# When a node may stop serving. The clock is cut into turns, so that no coordinator is needed and no two nodes are away by their own doing:
# every other turn belongs to what is asked for by Terraform or Kubernetes, which ask one node at a time; those in between belong to the
# nodes in order, for restarts of their own. Needs INDEX, turn_seconds, node_count, other_hosts, DRAINING, DRAIN_SECONDS; readiness.sh,
# certificates.sh.

# Whether a node may begin to stop now.
#   is_turn asked|own
is_turn() {
  local now seconds count turn
  seconds=$(turn_seconds) && count=$(node_count) || return 1
  clock now
  turn=$((now / seconds))
  # Nobody late in a turn: the others must have seen this node leave before the next one begins.
  ((now % seconds < seconds / 3)) || return 1
  if [[ $1 == asked ]]; then
    ((turn % 2 == 0))
  else
    ((turn % 2 == 1 && turn / 2 % count == INDEX))
  fi
}

# Whether every other node is ready. One that waits for this one to trust it, as it will once it runs with the new folder, is not missed.
#   others_are_ready [NEW_FOLDER]
others_are_ready() {
  local host
  for host in $(other_hosts); do
    is_ready "$host" "$host" || { [[ -n ${1:-} ]] && awaits_trust "$host" "$1"; } ||
      { log "the node $host is not ready" && return 1; }
  done
}

# Whether this node may be stopped, turn or not: nothing gets worse by it.
#   may_leave [NEW_FOLDER]
may_leave() {
  # A certificate that ends would be worse than a second node that is away.
  ! is_ready 127.0.0.1 "$HOST" || others_are_ready "$@" || ends_soon
}

# How long a node that has begun to stop waits until it looks at the others again: until that is known everywhere, and then one node after the
# other, so that of several that were asked at once the second sees that the first has gone. (Of more nodes than there are seconds left, some
# look at once.)
seconds_until_second_look() {
  local now seconds count spread wait
  seconds=$(turn_seconds) count=$(node_count)
  spread=$((seconds - seconds / 3 - DRAIN_SECONDS - 5))
  clock now
  wait=$((seconds / 3 + DRAIN_SECONDS - now % seconds))
  ((spread <= 0)) || wait=$((wait + INDEX % count * spread / count))
  printf '%s' "$((wait > DRAIN_SECONDS ? wait : DRAIN_SECONDS))"
}

# The number of the turn that the clock is in.
current_turn() {
  local now
  clock now
  printf '%s' "$((now / $(turn_seconds)))"
}

# Waits for a turn, and takes the node out of service: while the file DRAINING is there it is not ready for clients. Looks at the others
# again once that is known everywhere, and goes in the turn that it began in or not at all.
#   take_turn asked|own SECONDS [NEW_FOLDER]
take_turn() {
  local deadline=$((SECONDS + $2)) kind=$1 turn
  shift 2
  while true; do
    until is_turn "$kind" && turn=$(current_turn) && may_leave "$@"; do
      [[ -z ${stopped:-} ]] && ((SECONDS < deadline)) || return 1
      pause 1
    done
    : >"$DRAINING"
    pause "$(seconds_until_second_look)"
    if may_leave "$@" && [[ $(current_turn) == "$turn" ]]; then
      return 0
    fi
    log "another node has gone meanwhile, or the turn has passed; this one serves on until its next turn"
    rm -f "$DRAINING"
  done
}
