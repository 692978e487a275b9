# shellcheck shell=bash
# A disk of its own for PostgreSQL's files, whose space can be taken away and given back while it runs. It is memory
# (tmpfs), whose size may be changed at any moment. Sourced by ops/cluster.

# shellcheck disable=SC2154 # state is set by ops/cluster.

# Before PostgreSQL's first start. Only root may mount, and not under every kernel: then it goes on without.
give_postgres_a_disk() {
  local data=$state/postgres
  [[ -n ${CLUSTER_DISK:-} ]] || return 0
  mkdir -p "$data"
  if mount -t tmpfs -o "size=$CLUSTER_DISK" minschool-cluster "$data" 2>"$state/logs/disk.log"; then
    echo "$CLUSTER_DISK" >"$state/disk"
  else
    echo "ops/cluster: PostgreSQL gets no disk of its own: $(<"$state/logs/disk.log")" >&2
  fi
}

# Nobody works in it any more; what is in it is gone. Also after a command that was killed.
take_disk_away() {
  local tries
  for ((tries = 0; tries < 50; tries++)); do
    mountpoint -q "$state/postgres" 2>/dev/null || return 0
    umount "$state/postgres" 2>/dev/null || sleep 0.1
  done
  umount --lazy "$state/postgres"
}

# From now on there is no space left. What is written meanwhile may need what was just counted: then it is counted again.
cluster_fill() {
  local tries used
  has_disk "$1"
  for ((tries = 0; tries < 50; tries++)); do
    used=$(df --output=used --block-size=1K "$state/postgres" | tail -n 1)
    ! mount -o "remount,size=$((used))k" "$state/postgres" 2>/dev/null || return 0
  done
  give_up 'its size cannot be changed'
}

# There is space again. PostgreSQL ends itself where it has none for its log of changes: it is started again.
cluster_free() {
  has_disk "$1"
  mount -o "remount,size=$(<"$state/disk")" "$state/postgres"
  process_of postgres >/dev/null || service_postgres
}

has_disk() {
  [[ ${1:-} == postgres ]] || give_up 'only the disk of postgres can be filled and freed'
  [[ -f $state/disk ]] || give_up 'postgres has no disk of its own; as root: CLUSTER_DISK=2g ops/cluster up'
}
