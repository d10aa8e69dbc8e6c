#!/usr/bin/env bash
# Mounts the data volume. Makes a file system on a blank device only; refuses whatever holds something else.
set -euo pipefail
# shellcheck source=common.sh
source /opt/qdrant/bin/common.sh

readonly LABEL=qdrant-data
volume=$(node .volumeId)

# The volume may be attached long after the node has started.
find_device() {
  local path
  for path in "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume/-/}" /dev/sdf; do
    if [[ -b $path ]]; then
      device=$(readlink --canonicalize "$path")
      return 0
    fi
  done
  log "the data volume $volume is not attached yet"
  return 1
}

# Written before a blank device is formatted, and removed afterwards: should the node stop in between, the next run knows that
# the half-made file system is its own.
formatting() { printf '%s' "/var/lib/qdrant-node/formatting-$volume"; }

make_file_system() {
  mkdir -p "$(dirname "$(formatting)")"
  : >"$(formatting)"
  sync "$(formatting)"
  log "making a file system on the blank data volume $volume"
  mkfs.xfs -q -f -L "$LABEL" "$device"
  sync "$device"
  rm "$(formatting)"
}

is_blank() {
  [[ -z $(wipefs --noheadings "$device") ]] && cmp --quiet --bytes=4194304 "$device" /dev/zero
}

probe() { blkid --probe --output value --match-tag "$1" "$device" || true; }

prepare_file_system() {
  if [[ -e $(formatting) ]]; then
    make_file_system
  elif [[ $(probe TYPE) == xfs && $(probe LABEL) == "$LABEL" ]]; then
    return 0
  elif is_blank; then
    make_file_system
  else
    fail "the data volume $volume holds something that is not Qdrant's (type '$(probe TYPE)', label '$(probe LABEL)')." \
      "It is left untouched. Attach a blank volume, or one that this library made."
  fi
}

make_directories() {
  local directory
  for directory in storage snapshots; do
    [[ -d $DATA/$directory ]] || install --directory --owner="$SERVER_UID" --group="$SERVER_UID" --mode=0700 "$DATA/$directory"
  done
}

retry find_device
if ! mountpoint --quiet "$DATA"; then
  prepare_file_system
  mkdir -p "$DATA"
  mount --types xfs --options noatime,nodev,nosuid,noexec "$device" "$DATA"
fi
# The volume may have grown while the node was up, or down.
xfs_growfs "$DATA" >/dev/null
make_directories
