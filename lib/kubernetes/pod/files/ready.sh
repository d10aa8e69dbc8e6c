#!/usr/bin/env bash
# Whether the node is to be asked by clients.
set -euo pipefail
# shellcheck source=common.sh
source "${PROGRAMS:-/opt/qdrant}/common.sh"

[[ ! -e $DRAINING ]] || fail "about to stop"
qdrant_serves || fail "the node is not ready"
