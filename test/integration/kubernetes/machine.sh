#!/usr/bin/env bash
# The init of a machine of the tests: machine.sh FOLDER NAME PROGRAMS. It runs in network, mount, process and host name namespaces of its own,
# so that all of the machine ends when it does. The machine's services are in FOLDER/services.sh; each is started again when it ends,
# unless there is a file FOLDER/NAME.stopped.
set -uo pipefail
readonly folder=$1 name=$2
# Where the programs that were built for the tests are.
export PATH="$3:$PATH"

hostname "$name"
mount --make-rprivate /
# What the kubelet mounts, the container runtime must see.
mount --make-rshared /
# As after a boot.
mount -t tmpfs -o mode=755 tmpfs /run
for path in /var/log /var/lib/kubelet /var/lib/containerd /var/lib/cni /etc/cni; do
  mkdir -p "$path" "$folder/root$path"
  mount --bind "$folder/root$path" "$path"
done
# The kubelet would otherwise set these for the whole host.
tunable() {
  printf '%s\n' "$2" >"$folder/tunable-${1//\//-}"
  [[ ! -e /proc/sys/$1 ]] || mount --bind "$folder/tunable-${1//\//-}" "/proc/sys/$1"
}
tunable vm/overcommit_memory 1
tunable vm/panic_on_oom 0
tunable kernel/panic 10
tunable kernel/panic_on_oops 1
tunable kernel/keys/root_maxkeys 1000000
tunable kernel/keys/root_maxbytes 25000000
printf 1 >/proc/sys/net/ipv4/ip_forward

# A disk of its own, which outlives the machine: volume NAME SIZE
volume() {
  local disk=$folder/disks/$1
  mkdir -p "$folder/disks" "$folder/volumes/$1"
  if [[ ! -e $disk ]]; then
    truncate --size "$2" "$disk"
    mkfs.ext4 -q -m 0 "$disk"
  fi
  mount -o loop "$disk" "$folder/volumes/$1"
}

# service NAME COMMAND...
service() {
  local service=$1
  shift
  while true; do
    if [[ ! -e $folder/$service.stopped ]]; then
      "$@" >>"$folder/$service.log" 2>&1 &
      printf '%s' $! >"$folder/$service.pid"
      wait $!
      printf -- '--- ended with %s\n' $? >>"$folder/$service.log"
    fi
    sleep 0.5
  done
}

# shellcheck source=/dev/null
source "$folder/services.sh"
wait
