#!/usr/bin/env bash
# Runs the server in the foreground, as the unit's main process.
set -euo pipefail
# shellcheck source=common.sh
source /opt/qdrant/bin/common.sh

engine=${CONTAINER_ENGINE:-docker}
folder=$(readlink --canonicalize-existing "$CURRENT")
image=$(cat "$folder/image")
own="https://$(node .host):6335"

# On a full disk the file keeps what it held.
remember() {
  [[ -s $1 && $(cat "$1") == "$2" ]] && return 0
  printf '%s' "$2" >"$1.new"
  mv "$1.new" "$1"
}

# Whom the server is to join through. Qdrant ignores it once it is a member of a cluster; but a server whose first attempt to join was
# refused has a state of its own already, and would take itself for the first of a new cluster if it were told its own address.
# Only the first node founds a cluster, and only when no other answers: so a first node that lost its disk joins the others again.
find_bootstrap() {
  local peer
  if [[ -e $DATA/founder ]]; then
    printf '%s' "$own"
    return 0
  fi
  if [[ -e $DATA/storage/raft_state.json ]]; then
    peer=$(other_peers | shuf --head-count=1)
    printf '%s' "${peer:+https://$peer:6335}"
    return 0
  fi
  for peer in $(other_peers); do
    if is_ready "$peer"; then
      printf 'https://%s:6335' "$peer"
      return 0
    fi
  done
  if [[ $(node .index) == 0 ]]; then
    remember "$DATA/founder" "$own"
    printf '%s' "$own"
    return 0
  fi
  log "no peer answers yet"
  return 1
}

retry find_bootstrap >/run/qdrant-server/bootstrap
bootstrap=$(cat /run/qdrant-server/bootstrap)
remember "$DATA/version" "$(release .version)"
remember "$DATA/peer-uri" "$own"
"$engine" rm --force qdrant >/dev/null 2>&1 || true
exec "$engine" run --rm --name qdrant --pull missing \
  --network host --user "$SERVER_UID:$SERVER_UID" --read-only --cap-drop ALL --security-opt no-new-privileges \
  --ulimit nofile=1048576:1048576 --log-driver none \
  --tmpfs /tmp:rw,noexec,nosuid,nodev,size=64m --env QDRANT_INIT_FILE_PATH=/tmp/qdrant-initialized \
  --volume "$DATA/storage:/qdrant/storage" --volume "$DATA/snapshots:/qdrant/snapshots" \
  --volume "$folder/settings.yaml:/qdrant/config/local.yaml:ro" --volume "$folder/keys.yaml:/qdrant/config/keys.yaml:ro" \
  --volume "$folder/tls:/qdrant/tls:ro" \
  "$image" ./qdrant --config-path config/keys.yaml --bootstrap "${bootstrap:-$own}" --uri "$own"
