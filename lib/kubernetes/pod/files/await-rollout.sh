#!/usr/bin/env bash
# Waits until as many nodes serve the revision that is rolled out as the cluster has: the name resolves to the addresses of those, and of no others.
# Gives up once none has come in for the given time.
#   await-rollout.sh NAME COUNT SECONDS
set -euo pipefail

readonly NAME=$1 COUNT=$2 LIMIT=$3 PAUSE_SECONDS=${PAUSE_SECONDS:-2}
trap 'exit 143' TERM INT

# A node may have an address of each family; a node with only one of them is not counted twice.
addresses() { getent "ahosts$1" "$NAME" | cut -d ' ' -f 1 | sort -u | wc -l || true; }

serving=-1
while true; do
  v4=$(addresses v4) v6=$(addresses v6)
  before=$serving serving=$((v4 > v6 ? v4 : v6))
  if ((serving != before)); then
    printf '%s of %s nodes serve the new revision\n' "$serving" "$COUNT"
    SECONDS=0
  fi
  ((serving != COUNT)) || exit 0
  if ((SECONDS >= LIMIT)); then
    printf 'error: for %s s no other node came to serve; the events and the log of the pod that is not ready say why\n' "$LIMIT" >&2
    exit 1
  fi
  sleep "$PAUSE_SECONDS" &
  wait $! || true
done
