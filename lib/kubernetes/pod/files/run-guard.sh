#!/usr/bin/env bash
# Runs the guard in front of gRPC, and has it read its certificates again when the server does.
set -euo pipefail
# shellcheck source=common.sh
source "${PROGRAMS:-/opt/qdrant}/common.sh"

readonly NGINX=${NGINX:-nginx}
guard=
stopped=

stop() {
  stopped=yes
  [[ -z $guard ]] || kill -QUIT "$guard" 2>/dev/null || true
}
trap stop TERM INT

until [[ -e $CURRENT/grpc-guard.conf ]]; do
  [[ -z $stopped ]] || exit 0
  pause 1
done
folder=$(readlink "$CURRENT")
"$NGINX" -e stderr -g 'daemon off;' -c "$CURRENT/grpc-guard.conf" &
guard=$!
while kill -0 "$guard" 2>/dev/null; do
  pause 5
  [[ $(readlink "$CURRENT") != "$folder" ]] || continue
  folder=$(readlink "$CURRENT")
  kill -HUP "$guard"
done
wait "$guard"
