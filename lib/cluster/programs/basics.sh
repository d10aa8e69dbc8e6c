# shellcheck shell=bash
# What every program of a node starts from, whatever it runs on. Sourced after `set -euo pipefail`.

log() { printf '%s\n' "$*" >&2; }
fail() {
  log "error: $*"
  exit 1
}

# Sleeps, and wakes up to be stopped: a signal is handled at once, not when the sleep ends.
pause() {
  local sleeper
  sleep "$1" &
  sleeper=$!
  wait "$sleeper" || true
  kill "$sleeper" 2>/dev/null || true
}

# Sets a variable to the seconds since 1970.
#   clock NAME
clock() { printf -v "$1" '%(%s)T' -1; }

# What is remembered on the data volume outlives the machine. On a full disk the file keeps what it held.
#   remember NAME VALUE
remember() {
  [[ ! -s $MEMORY$1 || $(<"$MEMORY$1") != "$2" ]] || return 0
  printf '%s' "$2" >"$MEMORY$1.new"
  mv "$MEMORY$1.new" "$MEMORY$1"
}

remembered() { [[ ! -s $MEMORY$1 ]] || printf '%s' "$(<"$MEMORY$1")"; }
