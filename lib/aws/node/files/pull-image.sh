#!/usr/bin/env bash
# Pulls the server's image unless it is there: pull-image.sh FOLDER, a prepared one
set -euo pipefail
# shellcheck source=common.sh
source /opt/qdrant/bin/common.sh
umask 077

image=$(<"$1/image")
! "$ENGINE" image inspect "$image" >/dev/null 2>&1 || exit 0

# tmpfs, and only until the image is there.
DOCKER_CONFIG=$(mktemp --directory "$RUNTIME/registry.XXXXXX")
export DOCKER_CONFIG
trap 'rm -rf "$DOCKER_CONFIG"' EXIT
registry=$(cluster_or_empty .ecr.registry)
if [[ -n $registry && $image == "$registry"/* ]]; then
  aws ecr get-login-password --region "$(cluster .ecr.region)" |
    "$ENGINE" login --username AWS --password-stdin "$registry" >/dev/null 2>"$DOCKER_CONFIG/why" ||
    fail "cannot log in to $registry with the node's role: $(<"$DOCKER_CONFIG/why")"
fi
log "pulling $image"
"$ENGINE" pull --quiet "$image" >/dev/null
