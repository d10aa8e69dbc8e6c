#!/usr/bin/env bash
# Starts the units beside the server that cluster.json asks for, and stops those that it does not: arrange-units.sh [--no-block]
set -euo pipefail
# shellcheck source=common.sh
source /opt/qdrant/bin/common.sh

#   arrange UNIT WANTED OPTION...
arrange() {
  local unit=$1 wanted=$2
  shift 2
  if [[ -n $wanted ]]; then
    systemctl enable --quiet "$unit"
    systemctl start "$@" "$unit"
  else
    systemctl disable --quiet --now "$unit"
  fi
}

# What the guard was called before it stood in front of REST too.
remove_former_guard() {
  [[ -e /etc/systemd/system/qdrant-grpc-guard.service ]] || return 0
  systemctl disable --quiet --now qdrant-grpc-guard.service
  rm /etc/systemd/system/qdrant-grpc-guard.service
  systemctl daemon-reload
}

remove_former_guard
systemctl enable --quiet qdrant-refresh.timer
systemctl restart "$@" qdrant-refresh.timer
arrange qdrant-guard.service "$GUARDED_PORTS" "$@"
arrange qdrant-health.socket "$(cluster_or_empty .loadBalanced)" "$@"
