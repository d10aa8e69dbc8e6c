#!/usr/bin/env bash
# Installs from the distribution what the node's programs call and is not there yet, and makes the server's user.
set -euo pipefail
# shellcheck source=common.sh
source /opt/qdrant/bin/common.sh

# A program and the package of Amazon Linux 2023 that brings it.
readonly PROGRAMS=(
  jq:jq curl:curl-minimal openssl:openssl aws:awscli-2 mkfs.xfs:xfsprogs flock:util-linux docker:docker nft:nftables nginx:nginx
)

missing_packages() {
  local entry
  for entry in "${PROGRAMS[@]}"; do
    command -v "${entry%%:*}" >/dev/null || printf '%s\n' "${entry#*:}"
  done
  stream_module >/dev/null || printf '%s\n' nginx-mod-stream
}

install_missing() {
  local -a packages
  mapfile -t packages < <(missing_packages)
  ((${#packages[@]} > 0)) || return 0
  log "installing ${packages[*]}"
  dnf install --assumeyes --quiet "${packages[@]}"
}

# Qdrant refuses to work on other page sizes than the one that its allocator was built for.
page_size=$(getconf PAGESIZE)
[[ $page_size == 4096 ]] || fail "memory pages of $page_size bytes: Qdrant needs a kernel with pages of 4096 bytes"

retry install_missing
getent passwd "$SERVER_UID" >/dev/null ||
  useradd --uid "$SERVER_UID" --user-group --no-create-home --shell /usr/sbin/nologin qdrant

# The distribution's own nginx service would serve a page on port 80.
systemctl disable --now nginx.service 2>/dev/null || true
systemctl enable --now docker.service
