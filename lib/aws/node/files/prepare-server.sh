#!/usr/bin/env bash
# Gathers all that the server is started with into one folder on tmpfs, and prints the folder's path. The folder's name is a digest
# of its content: where nothing changed, it is the folder that the server already runs with.
set -euo pipefail
# shellcheck source=common.sh
source /opt/qdrant/bin/common.sh
# shellcheck source=../../../cluster/programs/versions.sh
source /opt/qdrant/bin/versions.sh
# shellcheck source=../../../cluster/programs/guard.sh
source /opt/qdrant/bin/guard.sh
umask 077

mountpoint --quiet "$DATA" || fail "$DATA is not mounted: without the data volume Qdrant would write to the root disk"
mkdir -p "$RUNTIME/prepared"
chown "root:$SERVER_UID" "$RUNTIME" "$RUNTIME/prepared"
chmod 0750 "$RUNTIME" "$RUNTIME/prepared"
staging=$(mktemp --directory "$RUNTIME/prepared/staging.XXXXXX")
trap 'rm -rf "$staging"' EXIT

gather() {
  mkdir "$staging/tls"
  /opt/qdrant/bin/fetch-keys.sh "$staging/keys.yaml"
  /opt/qdrant/bin/fetch-certificates.sh "$staging/tls"
  cp "$SETTINGS" "$staging/settings.yaml"
  cluster .image >"$staging/image"
  cluster .version >"$staging/version"
  printf '%s\n' "$GUARDED_PORTS" >"$staging/guarded-ports"
  printf '%s\n' "$PORTS_BESIDE_REST" >"$staging/ports-beside-rest"
  [[ -z $GUARDED_PORTS ]] || write_guard_configuration >"$staging/guard.conf"
  # What changes the way in which the server is run is a change of what it is started with.
  cp /opt/qdrant/bin/run-server.sh /etc/systemd/system/qdrant.service /etc/systemd/system/qdrant-guard.service "$staging/"
}

write_guard_configuration() {
  local ipv6=''
  [[ ! -e /proc/net/if_inet6 ]] || ipv6=yes
  write_guard /opt/qdrant/etc/guard.conf /run/qdrant-guard/nginx.pid "$ipv6" "$(stream_module)"
}

digest() { (cd "$staging" && find . -type f -print0 | sort --zero-terminated | xargs --null sha256sum | sha256sum | cut --characters=1-16); }

hand_to_server() {
  find "$staging" -type f -exec chmod 0400 {} + -exec chown "$SERVER_UID:$SERVER_UID" {} +
  find "$staging" -type d -exec chmod 0750 {} + -exec chown "root:$SERVER_UID" {} +
}

check_upgrade_path "$(cluster .version)"
check_peer_address
gather
folder="$RUNTIME/prepared/$(digest)"
hand_to_server
if [[ -d $folder ]]; then
  rm -rf "$staging"
else
  mv --no-target-directory "$staging" "$folder"
fi
printf '%s\n' "$folder"
