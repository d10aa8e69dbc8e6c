#!/usr/bin/env bash
# Whether the guard serves every port that clients use, with the certificate of today.
set -euo pipefail
# shellcheck source=common.sh
source "${PROGRAMS:-/opt/qdrant}/common.sh"

guard_serves || fail "the guard is not ready"
