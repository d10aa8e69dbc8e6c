#!/usr/bin/env bash
# Takes the node out of service before its server is stopped, when it is its turn: Terraform stops all instances at once to give them another
# type, and so may an operator who shuts machines down.
set -euo pipefail
# shellcheck source=common.sh
source /opt/qdrant/bin/common.sh
# shellcheck source=../../../cluster/programs/certificates.sh
source /opt/qdrant/bin/certificates.sh
# shellcheck source=../../../cluster/programs/turns.sh
source /opt/qdrant/bin/turns.sh

# Shorter than EC2 waits before it takes the power away.
readonly WAIT_SECONDS=110

another_is_ready() {
  local host
  for host in $(other_hosts); do
    ! is_ready "$host" "$host" || return 0
  done
  return 1
}

# Whoever restarts the server has taken a turn.
[[ ! -e $DRAINING ]] || exit 0
is_ready 127.0.0.1 "$HOST" || exit 0
another_is_ready || exit 0
take_turn asked "$WAIT_SECONDS" || log "no turn came within $WAIT_SECONDS s in which every other node was ready; stopping all the same"
: >"$DRAINING"
