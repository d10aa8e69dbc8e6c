#!/usr/bin/env bash
# Gathers all that the server is started with into one folder on tmpfs, and prints the folder's path. The folder's name is a digest
# of its content: where nothing changed, it is the folder that the server already runs with.
set -euo pipefail
# shellcheck source=common.sh
source /opt/qdrant/bin/common.sh
umask 077

mountpoint --quiet "$DATA" || fail "$DATA is not mounted: without the data volume Qdrant would write to the root disk"
mkdir -p "$RUNTIME/releases"
chown "root:$SERVER_UID" "$RUNTIME" "$RUNTIME/releases"
chmod 0750 "$RUNTIME" "$RUNTIME/releases"
staging=$(mktemp --directory "$RUNTIME/releases/staging.XXXXXX")
trap 'rm -rf "$staging"' EXIT

# Qdrant's storage is compatible from one minor release to the next, and never back.
check_upgrade_path() {
  local from to from_minor to_minor
  [[ -s $DATA/version ]] || return 0
  from=$(cat "$DATA/version") to=$(release .version)
  from_minor=$(cut --delimiter=. --fields=2 <<<"$from") to_minor=$(cut --delimiter=. --fields=2 <<<"$to")
  if [[ ${from%%.*} != "${to%%.*}" ]] || ((to_minor < from_minor || to_minor > from_minor + 1)); then
    fail "the data was last served by Qdrant $from; $to cannot follow it. Upgrade minor by minor, never back."
  fi
}

# TLS among the nodes is part of every peer's address, which the cluster keeps for good.
check_peer_addresses() {
  local uri
  uri=$(own_uri)
  [[ ! -s $DATA/peer-uri || $(cat "$DATA/peer-uri") == "$uri" ]] ||
    fail "this node is known to the cluster as $(cat "$DATA/peer-uri"); it cannot become $uri. Make a new cluster and move the data."
}

own_uri() { printf 'https://%s:6335' "$(node .host)"; }

gather() {
  mkdir "$staging/tls"
  /opt/qdrant/bin/fetch-keys.sh "$staging/keys.yaml"
  /opt/qdrant/bin/fetch-certificates.sh "$staging/tls"
  cp "$SETTINGS" "$staging/settings.yaml"
  release .image >"$staging/image"
  sed "s|@HOST@|$(node .host)|" /opt/qdrant/etc/grpc-guard.conf >"$staging/grpc-guard.conf"
  cp /opt/qdrant/bin/run-server.sh /etc/systemd/system/qdrant.service "$staging/"
}

digest() { (cd "$staging" && find . -type f -print0 | sort --zero-terminated | xargs --null sha256sum | sha256sum | cut --characters=1-16); }

hand_to_server() {
  find "$staging" -type f -exec chmod 0400 {} + -exec chown "$SERVER_UID:$SERVER_UID" {} +
  find "$staging" -type d -exec chmod 0750 {} + -exec chown "root:$SERVER_UID" {} +
}

check_upgrade_path
check_peer_addresses
gather
folder="$RUNTIME/releases/$(digest)"
hand_to_server
if [[ -d $folder ]]; then
  rm -rf "$staging"
else
  mv --no-target-directory "$staging" "$folder"
fi
printf '%s\n' "$folder"
