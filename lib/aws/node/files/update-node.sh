#!/usr/bin/env bash
# Brings this node to what its release says, and waits until it serves. Run by Systems Manager, one node at a time: when something
# of the cluster changes, and on a schedule, to pick up rotated keys and certificates.
#   update-node.sh required|ignored    whether the other nodes must be ready before this one is restarted
set -euo pipefail
# shellcheck source=common.sh
source /opt/qdrant/bin/common.sh

peers_must_be_ready=$1
readonly READY_SECONDS=${READY_SECONDS:-900}

wait_until_ready() {
  local deadline=$((SECONDS + READY_SECONDS))
  until [[ -e $CURRENT ]] && is_ready "$(node .host)"; do
    if ((SECONDS > deadline)); then
      journalctl --unit qdrant.service --lines 30 --no-pager >&2 || true
      fail "the node did not become ready within $READY_SECONDS s"
    fi
    sleep 2
  done
}

# A node that does not serve may always be restarted: nothing gets worse by it.
all_peers_ready() {
  local peer
  for peer in $(other_peers); do
    is_ready "$peer" || { log "the peer $peer is not ready" && return 1; }
  done
}

ends_soon() { ! openssl x509 -in "$CURRENT/tls/cert.pem" -noout -checkend 86400 >/dev/null; }

may_restart() {
  [[ $peers_must_be_ready == required ]] || return 0
  is_ready "$(node .host)" || return 0
  # A certificate that ends would be worse than a second node that is away.
  RETRY_SECONDS=300 retry all_peers_ready || ends_soon ||
    fail "another node is not ready; restarting this one could take the cluster down. Mend that node first."
}

pull_image() { "${CONTAINER_ENGINE:-docker}" image inspect "$1" >/dev/null 2>&1 || "${CONTAINER_ENGINE:-docker}" pull --quiet "$1"; }

reload_guard() {
  if [[ $(release .guard) == true ]]; then
    systemctl enable --quiet qdrant-grpc-guard.service
    systemctl reload-or-restart qdrant-grpc-guard.service
  else
    systemctl disable --now --quiet qdrant-grpc-guard.service
  fi
}

roll_out() {
  local folder
  folder=$(RETRY_SECONDS=120 /opt/qdrant/bin/prepare-server.sh)
  if [[ $folder == "$(readlink --canonicalize "$CURRENT")" ]] && is_ready "$(node .host)"; then
    return 0
  fi
  RETRY_SECONDS=600 retry pull_image "$(cat "$folder/image")"
  may_restart
  make_current "$folder"
  log "restarting Qdrant with $folder"
  systemctl restart qdrant.service
  reload_guard
}

take_lock
systemctl daemon-reload
if [[ -e $CURRENT ]]; then
  /opt/qdrant/bin/mount-data-volume.sh
  roll_out
else
  # The node has not come up since it was started: what it needs to do so is in the boot program.
  release_lock
  systemctl start --no-block qdrant.target
fi
wait_until_ready
log "ready"
