# shellcheck shell=bash
# Which version last served the data of a node, and under which peer address. Needs MEMORY, OWN_URI.

# Qdrant's storage is compatible from one minor release to the next, and never back.
#   check_upgrade_path VERSION
check_upgrade_path() {
  local from to=$1 from_minor to_minor
  from=$(remembered version)
  [[ -n $from ]] || return 0
  from_minor=$(cut -d . -f 2 <<<"$from") to_minor=$(cut -d . -f 2 <<<"$to")
  if [[ ${from%%.*} != "${to%%.*}" ]] || ((to_minor < from_minor || to_minor > from_minor + 1)); then
    fail "the data was last served by Qdrant $from; $to cannot follow it. Upgrade minor by minor, never back."
  fi
}

# The cluster keeps the address of a peer, TLS included, for good.
check_peer_address() {
  local uri
  uri=$(remembered peer-uri)
  [[ -z $uri || $uri == "$OWN_URI" ]] ||
    fail "this node is known to its cluster as $uri; it cannot become $OWN_URI. Make a new cluster and move the data."
}
