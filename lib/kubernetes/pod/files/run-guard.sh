#!/usr/bin/env bash
# Runs the guard in front of the ports that clients use, and has it read its certificates again when the server does.
set -euo pipefail
# shellcheck source=common.sh
source "${PROGRAMS:-/opt/qdrant}/common.sh"

readonly NGINX=${NGINX:-nginx}
guard=''
stopped=''

# Kubernetes stops the containers of a pod at once; clients are served as long as the server takes them.
stop() {
  stopped=yes
  [[ -n $guard ]] || exit 0
}
trap stop TERM INT

server_listens() { (: <"/dev/tcp/127.0.0.1/$REST_PORT") 2>/dev/null; }

until [[ -e $CURRENT/guard.conf ]]; do
  pause 1
done
# Some container runtimes start with 1024 open files, of which each connection takes two.
ulimit -n "$(ulimit -Hn)"
folder=$(readlink "$CURRENT")
"$NGINX" -e stderr -g 'daemon off;' -c "$CURRENT/guard.conf" &
guard=$!
while kill -0 "$guard" 2>/dev/null; do
  pause 1
  if [[ -n $stopped ]] && ! server_listens; then
    # It ends what it has begun, which goes as far as the server does.
    kill -QUIT "$guard" 2>/dev/null || true
    break
  elif ! [[ $CURRENT -ef $folder ]]; then
    folder=$(readlink "$CURRENT")
    kill -HUP "$guard" 2>/dev/null || true
  fi
done
wait "$guard"
