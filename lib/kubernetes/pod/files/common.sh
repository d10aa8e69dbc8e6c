# shellcheck shell=bash
# shellcheck disable=SC2034 # the programs that source this use them
# What the pod's programs share. Sourced by each of them after `set -euo pipefail`. They use what the server's image has, and no more.

readonly PROGRAMS=${PROGRAMS:-/opt/qdrant}
# Which cluster this is; no secret in it.
# shellcheck source=/dev/null
source "$PROGRAMS/cluster.env"
# shellcheck source=../../../cluster/programs/basics.sh
source "$PROGRAMS/basics.sh"

# In memory, and shared by the containers of the pod: what the server and the guard are started with.
readonly RUNTIME=${RUNTIME:-/run/qdrant}
readonly CURRENT="$RUNTIME/current"
# There while the node is not to be asked by clients, and while the pod is being stopped.
readonly DRAINING="$RUNTIME/draining" LEAVING="$RUNTIME/leaving"
# How long it takes until the pod's address is out of every load balancer.
readonly DRAIN_SECONDS=${DRAIN_SECONDS:-15}

# Where Kubernetes mounts Secrets and ConfigMaps, and brings them up to date while the pod runs.
readonly SECRETS=${SECRETS:-/run/secrets/qdrant}
readonly OF_CLUSTER=${OF_CLUSTER:-/opt/qdrant-cluster}
readonly STORAGE=${STORAGE:-/qdrant/storage}
readonly MEMORY="$STORAGE/.qdrant-" RAFT_STATE="$STORAGE/raft_state.json"

POD=${POD:-$HOSTNAME}
readonly POD INDEX=${POD##*-}
readonly HOST="$POD.$PEER_DOMAIN"
readonly OWN_URI="https://$HOST:6335"

#   of_cluster FILE
of_cluster() {
  [[ -s $OF_CLUSTER/$1 ]] || fail "$OF_CLUSTER/$1 is missing or empty; it comes from the cluster's ConfigMap, which Terraform makes"
  printf '%s' "$(<"$OF_CLUSTER/$1")"
}
node_count() { of_cluster node-count; }
turn_seconds() { of_cluster turn-seconds; }
founding_time() { of_cluster founding-time; }
founding_minutes() { of_cluster founding-minutes; }

other_hosts() {
  local index count
  count=$(node_count)
  for ((index = 0; index < count; index++)); do
    [[ $index == "$INDEX" ]] || printf '%s-%s.%s\n' "$CLUSTER" "$index" "$PEER_DOMAIN"
  done
}

# shellcheck source=../../../cluster/programs/readiness.sh
source "$PROGRAMS/readiness.sh"
# shellcheck source=../../../cluster/programs/certificates.sh
source "$PROGRAMS/certificates.sh"
# shellcheck source=../../../cluster/programs/turns.sh
source "$PROGRAMS/turns.sh"
