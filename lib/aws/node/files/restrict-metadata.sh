#!/usr/bin/env bash
# Keeps the server, the guard and whatever else runs as the server's user from the metadata service, and with it from the role of the
# instance, which reads the key of the cluster's CA. Only a server that keeps its snapshots in S3 needs the role itself.
set -euo pipefail
# shellcheck source=common.sh
source /opt/qdrant/bin/common.sh

rules() {
  # A table is added before it is deleted, as one that is not there cannot be.
  printf 'table inet qdrant\ndelete table inet qdrant\n'
  ! is_true .server.usesInstanceRole || return 0
  cat <<RULES
table inet qdrant {
  chain output {
    type filter hook output priority filter; policy accept;
    meta skuid $SERVER_UID ip daddr 169.254.169.254 reject
    meta skuid $SERVER_UID ip6 daddr fd00:ec2::254 reject
  }
}
RULES
}

rules | nft --file -
