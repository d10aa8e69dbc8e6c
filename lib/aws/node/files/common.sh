# shellcheck shell=bash
# shellcheck disable=SC2034 # the programs that source this use them
# What the node's programs share. Sourced by each of them after `set -euo pipefail`.

# Non-secret description of what this node is to run (written by Terraform), and of which node this is.
readonly CLUSTER=/opt/qdrant/etc/cluster.json
readonly SETTINGS=/opt/qdrant/etc/settings.yaml
readonly NODE=/etc/qdrant/node.json

# tmpfs: secrets never reach a disk.
readonly RUNTIME=/run/qdrant
readonly CURRENT="$RUNTIME/current"
readonly IDENTITY="$RUNTIME/identity"
readonly DRAINING="$RUNTIME/draining"

readonly DATA=/var/lib/qdrant
readonly MEMORY="$DATA/"
readonly RAFT_STATE="$DATA/storage/raft_state.json"
readonly SERVER_UID=1000

# shellcheck source=environment.sh
source /opt/qdrant/bin/environment.sh
readonly ENGINE=${CONTAINER_ENGINE:-docker}

# The metadata service may take longer than the second that the AWS CLI gives it.
export AWS_METADATA_SERVICE_TIMEOUT=5 AWS_METADATA_SERVICE_NUM_ATTEMPTS=3

cluster() { jq --raw-output --exit-status "$1" "$CLUSTER"; }
cluster_or_empty() { jq --raw-output "$1 // empty" "$CLUSTER"; }
is_true() { [[ $(cluster_or_empty "$1") == true ]]; }
node() { jq --raw-output --exit-status "$1" "$NODE"; }

HOST=$(node .host)
INDEX=$(node .index)
REST_PORT=$(cluster .restPort)
GUARDED_PORTS=$(cluster '.guardedPorts | join(" ")')
PORTS_BESIDE_REST=$(cluster '.portsBesideRest | join(" ")')
readonly HOST INDEX REST_PORT GUARDED_PORTS PORTS_BESIDE_REST
readonly OWN_URI="https://$HOST:6335"

# A load balancer has noticed after two checks, five seconds apart. Other clients try the next node by themselves.
DRAIN_SECONDS=2
! is_true .loadBalanced || DRAIN_SECONDS=15
readonly DRAIN_SECONDS

other_hosts() { jq --raw-output --arg self "$HOST" '.peers[] | select(. != $self)' "$CLUSTER"; }
node_count() { cluster '.peers | length'; }
turn_seconds() { printf '%s' "${TURN_SECONDS:-$(cluster .turnSeconds)}"; }
founding_time() { cluster .founding.time; }
founding_minutes() { cluster .founding.minutes; }

# shellcheck source=../../../cluster/programs/basics.sh
source /opt/qdrant/bin/basics.sh
# shellcheck source=../../../cluster/programs/readiness.sh
source /opt/qdrant/bin/readiness.sh

# Where the distribution puts nginx's stream module. It is not below nginx's prefix, where a relative path would be looked up.
stream_module() {
  local file
  for file in /usr/lib64/nginx/modules/ngx_stream_module.so /usr/lib/nginx/modules/ngx_stream_module.so; do
    [[ ! -e $file ]] || { printf '%s' "$file" && return 0; }
  done
  return 1
}

export_region() {
  AWS_REGION=$(cluster .region)
  export AWS_REGION AWS_DEFAULT_REGION="$AWS_REGION"
}

# Runs a command until it succeeds, waiting longer each time, for as long as RETRY_SECONDS says (forever where it is unset).
retry() {
  local wait=2 deadline=0
  [[ -z ${RETRY_SECONDS:-} ]] || deadline=$((SECONDS + RETRY_SECONDS))
  until "$@"; do
    if ((deadline > 0 && SECONDS + wait > deadline)); then
      log "giving up on: $1"
      return 1
    fi
    log "trying again in $wait s: $1"
    sleep "$wait"
    wait=$((wait * 2 > 60 ? 60 : wait * 2))
  done
}

# One program at a time changes the node.
take_lock() {
  mkdir -p "$RUNTIME"
  exec 9>"$RUNTIME/lock"
  flock --timeout 900 9 || fail "another program has been changing this node for a quarter of an hour; see: journalctl -u qdrant-boot"
}

drop_lock() { exec 9>&-; }

# Makes a prepared folder the one that the server and the guard are started with, in one step, and drops the others.
make_current() {
  local folder
  ln --symbolic --force --no-dereference "$1" "$CURRENT.new"
  mv --no-target-directory "$CURRENT.new" "$CURRENT"
  for folder in "$RUNTIME"/prepared/*; do
    [[ $folder == "$1" ]] || rm -rf "$folder"
  done
}
