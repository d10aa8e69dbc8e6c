#!/usr/bin/env bash
# Whether the guard serves every port that clients use, with the certificate of today.
set -euo pipefail
# shellcheck source=common.sh
source "${PROGRAMS:-/opt/qdrant}/common.sh"

command -v openssl >/dev/null || fail "the guard's image has no openssl, by which it is asked whether it serves"
guard_serves || fail "the guard is not ready"
