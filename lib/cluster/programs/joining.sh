# shellcheck shell=bash
# shellcheck disable=SC2034 # `bootstrap` is for the program that sources this
# Through whom a server joins its cluster, and who may found one. Needs INDEX, OWN_URI, MEMORY, RAFT_STATE, other_hosts, founding_time (RFC 3339),
# founding_minutes; readiness.sh.

# Sets `bootstrap`; fails while there is no node to join through.
#
# Qdrant ignores it once it is a member of a cluster. But a server whose first attempt to join was refused has a state of its own already,
# and would take itself for the first of a new cluster if it were told its own address: only the founder is.
find_bootstrap() {
  local host=''
  bootstrap=''
  if [[ -e $RAFT_STATE ]]; then
    [[ -e ${MEMORY}founder ]] || host=$(other_hosts | shuf -n 1)
    bootstrap=$OWN_URI
    [[ -z $host ]] || bootstrap=$(peer_uri "$host")
    # Once it has served, it is a member.
    [[ -z $host || -n $(remembered peer-uri) ]] ||
      log "this node has tried to join the cluster before, and has not served since; it tries again through $host. If it is refused, the" \
        "cluster still counts the peer that this node was before its data was lost: remove that with DELETE /cluster/peer/ID?force=true on" \
        "another node, where GET /cluster lists the IDs. Then give this node its replicas again."
    return 0
  fi
  for host in $(other_hosts); do
    is_ready "$host" "$host" || continue
    log "this node has no data; it joins the cluster through $host"
    bootstrap=$(peer_uri "$host")
    return 0
  done
  may_found && remember founder "$OWN_URI" || return 1
  bootstrap=$OWN_URI
}

peer_uri() { printf 'https://%s:%s' "$1" "$PEER_PORT"; }

# That no other node answers proves nothing: they may be down, or cut off, and an empty node that founds a second cluster would answer their
# clients. So only the first node founds, and only soon after Terraform made the cluster, or its user had it founded anew.
may_found() {
  local now made minutes since
  if ((INDEX != 0)); then
    log "this node has no data, and no other node answers; it waits for one to join through"
    return 1
  fi
  minutes=$(founding_minutes) made=$(founding_time)
  if [[ ! $minutes =~ ^[0-9]+$ || ! $made =~ ^[0-9]{4}- ]] || ! since=$(date --date "$made" +%s); then
    log "this node has no data, no other node answers, and it cannot tell when the cluster was made ('$made'); it founds none"
    return 1
  fi
  clock now
  since=$((now - since))
  # Before its clock is set a machine may live in any year.
  ((since < -3600 || since > minutes * 60)) || return 0
  log "this node has no data, and no other node answers. It does not found a new cluster: the time for that was within $minutes minutes" \
    "of $made. It joins the others when they are back. If all of them have lost their data, raise the cluster's foundingGeneration."
  return 1
}
