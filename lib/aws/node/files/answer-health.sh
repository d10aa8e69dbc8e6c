#!/usr/bin/env bash
# Answers one HTTP request of a load balancer, which has no certificate to present: 200 while clients are to be sent here, and 503 otherwise.
set -euo pipefail
# shellcheck source=common.sh
source /opt/qdrant/bin/common.sh

# All of the request is read, as the answer is lost where some of it is not.
read_request() {
  local line
  read -r -t 2 -n 1024 method _ || return 1
  for ((lines = 0; lines < 100; lines++)); do
    read -r -t 2 -n 1024 line || return 1
    [[ -n ${line%$'\r'} ]] || return 0
  done
  return 1
}

answer() { printf 'HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' "$1"; }

read_request || exit 0
if [[ $method != GET ]]; then
  answer '405 Method Not Allowed'
elif [[ ! -e $DRAINING ]] && serves_clients 2>/dev/null; then
  answer '200 OK'
else
  answer '503 Service Unavailable'
fi
