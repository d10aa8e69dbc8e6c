#!/usr/bin/env bash
# Takes the node from a bare machine, or a reboot, to the point where the server can be started. Each step may be run again after it
# was stopped anywhere, and is tried until it succeeds: what is missing may come later, and the journal says what it is.
set -euo pipefail

# Commands of the user's own come before anything else: a proxy may be what the rest needs.
readonly COMMANDS=/opt/qdrant/etc/boot-commands.sh
until [[ ! -e $COMMANDS ]] || "$COMMANDS"; do
  echo "the boot commands failed, and are run again in 10 s" >&2
  sleep 10
done

# shellcheck source=environment.sh
source /opt/qdrant/bin/environment.sh

# The other programs read cluster.json with jq, which the machine may not have yet.
until command -v jq >/dev/null || dnf install --assumeyes --quiet jq; do
  echo "jq cannot be installed yet" >&2
  sleep 10
done
# shellcheck source=common.sh
source /opt/qdrant/bin/common.sh

# Gives up after a while, and is tried again: cluster.json may have changed, and with it what is asked for.
prepare() {
  local folder
  folder=$(RETRY_SECONDS=60 /opt/qdrant/bin/prepare-server.sh) && make_current "$folder"
}

take_lock
retry /opt/qdrant/bin/setup-host.sh
retry /opt/qdrant/bin/mount-data-volume.sh
[[ -e $CURRENT ]] || retry prepare
# They wait until this program has ended.
/opt/qdrant/bin/arrange-units.sh --no-block
log "the node is ready to start Qdrant"
