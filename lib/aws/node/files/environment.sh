# shellcheck shell=bash
# What the machine's operator sets for the node's programs, such as a proxy. Sourced by each of them.
set -euo pipefail

if [[ -r /etc/qdrant/environment ]]; then
  set -o allexport
  # shellcheck source=/dev/null
  source /etc/qdrant/environment
  set +o allexport
fi
