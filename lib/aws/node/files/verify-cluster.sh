#!/usr/bin/env bash
# Attacks every node of the cluster from this one, once it serves, and ends as the attack did. What attacks comes compressed, and in base64, on
# standard input; Node's container image runs it. The report, and what stood in its way, go to the journal, too.
#   verify-cluster.sh SECONDS IMAGE DIGEST KEY CLIENT_SECRET OPTION...
#     SECONDS         after how long it gives up
#     IMAGE           the container image of Node
#     DIGEST          of what attacks (SHA-256)
#     KEY             the key that it is given, by its name in keys.yaml
#     CLIENT_SECRET   the ARN of the secret with the certificate that it presents; empty where it presents none
#     OPTION...       what it is told
set -euo pipefail

# On a new machine the boot installs what the other programs need to read cluster.json.
until [[ -s /opt/qdrant/etc/settings.yaml ]] && command -v jq >/dev/null; do sleep 2; done
# shellcheck source=common.sh
source /opt/qdrant/bin/common.sh
# shellcheck source=../../../cluster/programs/certificates.sh
source /opt/qdrant/bin/certificates.sh
umask 077
export_region

readonly seconds=$1 image=$2 digest=$3 key=$4 client_secret=$5
shift 5

readonly NAME=qdrant-verify
# No user of the machine has it: neither those that are added, nor those that systemd makes up.
readonly VERIFIER_UID=60633
# As the program ends where it found something.
readonly FOUND=1
# What each finding of a report begins with.
readonly A_RULE='QDR[0-9]'
readonly PROGRAM=/opt/cdktf-qdrant GIVEN=/run/secrets/cdktf-qdrant

# Systems Manager keeps what is printed for its own readers only.
to_journal() { systemd-cat --identifier="$NAME"; }
log() { printf '%s\n' "$*" | tee >(to_journal) >&2; }

remaining_seconds() { printf '%s' "$((seconds > SECONDS ? seconds - SECONDS : 0))"; }
# With a second more, as none at all is no limit.
within_limit() { timeout --kill-after 10 "$(($(remaining_seconds) + 1))" "$@"; }

remove_all() {
  "$ENGINE" rm --force "$NAME" >/dev/null 2>&1 || true
  printf 'table inet qdrant_verify\ndelete table inet qdrant_verify\n' | nft --file - 2>/dev/null || true
  rm -rf "$RUNTIME"/verify.*
}

unpack_program() {
  mkdir "$work/program"
  base64 --decode | gunzip >"$work/program/verify.js"
  sha256sum --check --status <<<"$digest  $work/program/verify.js" ||
    fail "the program that verifies the cluster is not the one that was sent"
}

wait_until_serving() {
  until [[ -e $CURRENT ]] && serves_clients 2>/dev/null; do
    ((SECONDS < seconds)) || fail "this node did not come to serve within $seconds s; nothing was verified"
    pause 2
  done
}

pull_image() {
  ! "$ENGINE" image inspect "$image" >/dev/null 2>&1 || return 0
  if [[ $image =~ ^([0-9]{12}\.dkr[.-]ecr(-fips)?\.([a-z0-9-]+)\.[a-z.]+)/ ]]; then
    aws ecr get-login-password --region "${BASH_REMATCH[3]}" |
      "$ENGINE" login --username AWS --password-stdin "${BASH_REMATCH[1]}" >/dev/null 2>"$work/why" ||
      { log "cannot log in to ${BASH_REMATCH[1]} with the node's role: $(<"$work/why")" && return 1; }
  fi
  log "pulling $image"
  within_limit "$ENGINE" pull --quiet "$image" >/dev/null 2>"$work/why" ||
    { log "cannot pull $image: $(<"$work/why")" && return 1; }
}

fetch_client_secret() {
  aws secretsmanager get-secret-value --secret-id "$client_secret" --query SecretString --output text >"$work/client.json" ||
    { log "cannot read the secret $client_secret with the node's role" && return 1; }
}

member() {
  jq --raw-output --exit-status --arg name "$1" '.[$name] | strings' "$work/client.json" ||
    fail "$client_secret has no text in its member '$1'"
}

# What a client of the cluster has, as the nodes have it now: they may be about to take up what was rotated.
give() {
  local given=$work/given tls=$CURRENT/tls
  rm -rf "$given"
  mkdir "$given"
  certificates "$tls/issuer.pem" "$tls/kept.pem" >"$given/ca.crt"
  jq --join-output --exit-status --arg key "$key" '.service[$key] | strings' "$CURRENT/keys.yaml" >"$given/api-key" ||
    fail "this node has no $key"
  if [[ -n $client_secret ]]; then
    RETRY_SECONDS=$(remaining_seconds) retry fetch_client_secret
    member certificate >"$given/client.crt"
    member private_key >"$given/client.key"
    rm "$work/client.json"
  fi
  chmod -R u=rX,go= "$given" "$work/program"
  chown -R "$VERIFIER_UID:$VERIFIER_UID" "$given" "$work/program"
}

node_addresses() {
  local host
  while IFS= read -r host; do getent "$1" "$host" || true; done < <(cluster '.peers[]') | awk '{ print $1 }' | sort --unique
}

# With the network of the machine, what attacks could reach the role of the instance, by which every secret of the cluster is read, and could take
# what it was given out. So it reaches names and nodes alone. Before each attack, as whatever loads the machine's own rules anew drops these.
confine() {
  local ports="{ 6333, 6334, $PEER_PORT }" family to_nodes=''
  for family in ahostsv4:ip ahostsv6:ip6; do
    local addresses
    addresses=$(node_addresses "${family%:*}" | paste --serial --delimiters ,)
    [[ -z $addresses ]] || to_nodes+="meta skuid $VERIFIER_UID ${family#*:} daddr { $addresses } tcp dport $ports accept"$'\n'
  done
  nft --file - <<RULES
table inet qdrant_verify
delete table inet qdrant_verify
table inet qdrant_verify {
  chain output {
    type filter hook output priority filter; policy accept;
    meta skuid $VERIFIER_UID oifname "lo" accept
    meta skuid $VERIFIER_UID meta l4proto { tcp, udp } th dport 53 accept
    $to_nodes
    meta skuid $VERIFIER_UID reject
  }
}
RULES
}

attack() {
  local hosts=() host
  while IFS= read -r host; do hosts+=(--host "$host"); done < <(cluster '.peers[]')
  # Another run may begin once this one has ended, also where it was killed.
  within_limit "$ENGINE" run --rm --name "$NAME" --pull never \
    --network host --user "$VERIFIER_UID:$VERIFIER_UID" --read-only --cap-drop ALL --security-opt no-new-privileges \
    --memory 256m --cpu-shares 64 --pids-limit 64 --log-driver none \
    --volume "$work/program:$PROGRAM:ro" --volume "$work/given:$GIVEN:ro" --entrypoint node \
    "$image" "$PROGRAM/verify.js" "${hosts[@]}" "$@" 8>&-
}

mkdir -p "$RUNTIME"
exec 8>"$RUNTIME/verification-lock"
flock --timeout "$(remaining_seconds)" 8 || fail "another verification of the cluster has not ended within $seconds s"
# Left over where an earlier run was killed.
remove_all
work=$(mktemp --directory "$RUNTIME/verify.XXXXXX")
trap remove_all EXIT
export DOCKER_CONFIG=$work/registry
unpack_program
wait_until_serving
RETRY_SECONDS=$(remaining_seconds) retry pull_image
wait=15
while true; do
  (($(remaining_seconds) > 0)) || fail "nothing was verified within $seconds s"
  confine
  give
  status=0
  attack "$@" 2>&1 | tee >(to_journal) "$work/report" || status=$?
  ((status != 0)) || exit 0
  # Node ends alike where it cannot run the program.
  ((status != FOUND)) || ! grep --quiet "$A_RULE" "$work/report" ||
    fail "the cluster is open: the report says where, and how to close it"
  (($(remaining_seconds) > wait)) ||
    fail "the cluster could not be verified within $seconds s: what was printed says what stood in the way"
  log "the cluster could not be verified yet, and is tried again in $wait s"
  pause "$wait"
done
