#!/usr/bin/env bash
# Runs the server in the foreground, as the unit's main process.
set -euo pipefail
# shellcheck source=common.sh
source /opt/qdrant/bin/common.sh
# shellcheck source=../../../cluster/programs/joining.sh
source /opt/qdrant/bin/joining.sh
# shellcheck source=../../../cluster/programs/versions.sh
source /opt/qdrant/bin/versions.sh
# shellcheck source=../../../cluster/programs/certificates.sh
source /opt/qdrant/bin/certificates.sh

folder=$(readlink --canonicalize-existing "$CURRENT")
# Version 0.1 of the library kept it in another file only.
version=$(remembered version)
[[ ! -e $folder/version ]] || version=$(<"$folder/version")
printf '%s' "$folder" >/run/qdrant-server/folder

# A version that never served does not bar the way back.
remember_once_ready() {
  until is_ready 127.0.0.1 "$HOST"; do sleep 2; done
  remember version "$version"
  remember peer-uri "$OWN_URI"
  remember_authorities
}

check_upgrade_path "$version"
check_peer_address
wait=2
until find_bootstrap; do
  pause "$wait"
  wait=$((wait < 15 ? wait + 1 : 15))
done
"$ENGINE" rm --force qdrant >/dev/null 2>&1 || true
rm -f "$DRAINING"
(remember_once_ready &)
exec "$ENGINE" run --rm --name qdrant --pull never \
  --network host --user "$SERVER_UID:$SERVER_UID" --read-only --cap-drop ALL --security-opt no-new-privileges \
  --ulimit nofile=1048576:1048576 --log-driver none \
  --tmpfs /tmp:rw,noexec,nosuid,nodev,size=64m --env QDRANT_INIT_FILE_PATH=/tmp/qdrant-initialized \
  --volume "$DATA/storage:/qdrant/storage" --volume "$DATA/snapshots:/qdrant/snapshots" \
  --volume "$folder/settings.yaml:/qdrant/config/local.yaml:ro" --volume "$folder/keys.yaml:/qdrant/config/keys.yaml:ro" \
  --volume "$folder/tls:/qdrant/tls:ro" \
  "$(<"$folder/image")" ./qdrant --config-path config/keys.yaml --bootstrap "$bootstrap" --uri "$OWN_URI"
