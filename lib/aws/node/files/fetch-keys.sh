#!/usr/bin/env bash
# Fetches the API keys and writes them as a configuration file of Qdrant's: fetch-keys.sh FILE
# A key that is missing, empty, short or not fit for a header stops the node: Qdrant without a key answers everyone.
set -euo pipefail
# shellcheck source=common.sh
source /opt/qdrant/bin/common.sh
umask 077

target=$1
work=$(mktemp --directory "$RUNTIME/keys.XXXXXX")
trap 'rm -rf "$work"' EXIT
export_region

fetch_secret() {
  local arn=$1 file=$2
  aws secretsmanager get-secret-value --secret-id "$arn" --query SecretString --output text >"$file" ||
    { log "cannot read the secret $arn with the node's role" && return 1; }
}

# The key itself, without the line end that the AWS CLI adds, from a secret that holds it plainly or in a member of a JSON object.
extract_key() {
  local file=$1 field=$2
  if [[ -n $field ]]; then
    jq --join-output --exit-status --arg field "$field" '.[$field] | strings' "$file"
  else
    tr --delete '\n' <"$file"
  fi
}

# When a rotation ends, the secret of the alternate key goes, and the right to read it, before every node has been told. A node that
# starts in between does without that key: the others are still there. But when a rotation begins, neither the right nor the value need be
# there at once, and a node that did without it would refuse clients that have it; so both are waited for.
is_gone() {
  local deadline=$((SECONDS + ${ALTERNATE_SECONDS:-300})) output
  until output=$(aws secretsmanager get-secret-value --secret-id "$1" --query ARN --output text 2>&1); do
    if [[ $output == *InvalidRequestException* || ($output == *ResourceNotFoundException* && $output != *'secret value'*) ]]; then
      return 0
    fi
    [[ $output =~ ResourceNotFoundException|AccessDeniedException ]] || return 1
    ((SECONDS < deadline)) || return 0
    log "waiting for the alternate key: $output"
    sleep 5
  done
  return 1
}

fetch_key() {
  local role=$1 arn field key
  arn=$(cluster_or_empty ".keys.$role.arn")
  [[ -n $arn ]] || return 0
  if [[ $role == alternate ]] && is_gone "$arn"; then
    log "the secret of the alternate key, $arn, cannot be read any more; going on without it"
    return 0
  fi
  field=$(cluster_or_empty ".keys.$role.field")
  retry fetch_secret "$arn" "$work/secret"
  extract_key "$work/secret" "$field" >"$work/$role" || fail "the secret $arn has no text in its member '$field'"
  key=$(cat "$work/$role")
  ((${#key} >= 32)) || fail "the $role API key in $arn has ${#key} characters; at least 32 are needed"
  [[ $key =~ ^[[:graph:]]+$ ]] || fail "the $role API key in $arn has characters that do not fit a header"
}

for role in admin readOnly alternate; do
  fetch_key "$role"
done
[[ -s $work/admin ]] || fail "cluster.json names no admin API key"

touch "$work/readOnly" "$work/alternate"
jq --null-input --rawfile admin "$work/admin" --rawfile readOnly "$work/readOnly" --rawfile alternate "$work/alternate" '
  {service: {api_key: $admin, read_only_api_key: $readOnly, alt_api_key: $alternate} | with_entries(select(.value != ""))}
' >"$work/keys.yaml"
mv "$work/keys.yaml" "$target"
