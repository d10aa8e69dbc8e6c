# shellcheck shell=bash
# shellcheck disable=SC2034 # for the program that sources this
# Where it is allowed, a server that was killed before it ever served starts in recovery mode: it loads no collection, so that one which needs more
# memory than there is can be looked at and deleted. Needs RUNTIME, which outlives the containers of a pod, and is gone with it.

readonly STARTING="$RUNTIME/starting"
readonly RECOVERY_NOTE='Qdrant was killed before it served, most likely for lack of memory. Give it more, or delete collections, and have this pod made anew.'
recovery_note=''

# To be called before the server is started. Whoever is killed with all of its container leaves the mark behind.
note_start() {
  [[ ${QDRANT_ALLOW_RECOVERY_MODE:-} == true ]] || return 0
  recovery_note=''
  if [[ -e $STARTING ]]; then
    log "starting Qdrant in recovery mode: it was killed before it served, most likely for lack of memory"
    recovery_note=$RECOVERY_NOTE
  fi
  : >"$STARTING"
}

# Once it serves, and when it ends by anything but a kill. What started in recovery mode proves nothing of the other: the mode ends with the pod.
note_started() { [[ -n $recovery_note ]] || rm -f "$STARTING"; }
