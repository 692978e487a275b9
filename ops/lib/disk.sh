# shellcheck shell=bash
# A disk for what is in /var on a host (PostgreSQL's files, nginx's temporary ones), whose space can be taken away and given
# back while all of it runs. It is memory (tmpfs), whose size may be changed at any moment. Sourced by ops/cluster.

# shellcheck disable=SC2154 # state is set by ops/cluster.

# Before anything is in it. Only root may mount, and not under every kernel: then it is a folder like any other.
give_a_disk() {
  [[ -n ${CLUSTER_DISK:-} ]] || return 0
  if mount -t tmpfs -o "size=$CLUSTER_DISK,mode=755" minschool-cluster "$state/disk" 2>"$state/logs/disk.log"; then
    echo "$CLUSTER_DISK" >"$state/disk-size"
  else
    echo "ops/cluster: there is no disk that may be filled: $(<"$state/logs/disk.log")" >&2
  fi
}

# Nobody works in it any more; what is in it is gone. Also after a command that was killed.
take_disk_away() {
  local tries
  for ((tries = 0; tries < 50; tries++)); do
    mountpoint -q "$state/disk" 2>/dev/null || return 0
    umount "$state/disk" 2>/dev/null || sleep 0.1
  done
  umount --lazy "$state/disk"
}

# From now on there is no space left. What is written meanwhile may need what was just counted: then it is counted again.
cluster_fill() {
  local tries used
  has_disk
  for ((tries = 0; tries < 50; tries++)); do
    used=$(df --output=used --block-size=1K "$state/disk" | tail -n 1)
    ! mount -o "remount,size=$((used))k" "$state/disk" 2>/dev/null || return 0
  done
  give_up 'its size cannot be changed'
}

# There is space again. PostgreSQL ends itself where it has none for its log of changes: it is started again.
cluster_free() {
  has_disk
  mount -o "remount,size=$(<"$state/disk-size")" "$state/disk"
  process_of postgres >/dev/null || service_postgres
}

has_disk() {
  [[ -f $state/disk-size ]] || give_up 'there is no disk that may be filled; as root: CLUSTER_DISK=2g ops/cluster up'
}
