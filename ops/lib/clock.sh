# shellcheck shell=bash
# A clock that is set: Redis and the instances run with another time than the machine's (libfaketime). PostgreSQL keeps
# its own: no row takes its time from there. Sourced by ops/cluster.

# shellcheck disable=SC2154 # state is set by ops/cluster.

# What a program is started with while its clock may be set: a word a line. Only what time it is can be set; how it passes
# is the machine's, as when a real one is set.
believed_clock() {
  local library
  [[ -f $state/clock ]] || return 0
  library=$(faketime_library)
  # The C library's own malloc goes before jemalloc, with which Redis comes: that one asks for the time before libfaketime is ready.
  printf '%s\n' "LD_PRELOAD=$library libc.so.6" "FAKETIME_TIMESTAMP_FILE=$state/clock" FAKETIME_CACHE_DURATION=1 \
    DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1
}

faketime_library() {
  find /usr/lib -path '*/faketime/libfaketimeMT.so.1' -print -quit
}

# Sets the clock so many seconds ahead of the machine's ("+3600") or behind it ("-3600"), and waits until they have it.
# The first time, and at the end ("real"), all of them are restarted.
cluster_clock() {
  local seconds=${1:?how many seconds ahead or behind, or real?}
  if [[ $seconds == real ]]; then
    [[ -f $state/clock ]] || return 0
    rm "$state/clock"
    start_all_again
    return
  fi
  [[ $seconds =~ ^[+-][0-9]+$ ]] || give_up '"clock" takes +SECONDS, -SECONDS or real'
  [[ -n $(faketime_library) ]] || give_up 'it needs libfaketime (Debian: faketime)'
  if [[ ! -f $state/clock ]]; then
    echo +0 >"$state/clock"
    start_all_again
  fi
  # Moved into place, so that no process reads half of it.
  echo "$seconds" >"$state/clock.new"
  mv "$state/clock.new" "$state/clock"
  # They read it again when what they know is more than a second old.
  sleep 2.5
}

start_all_again() {
  end redis
  service_redis
  cluster_roll
}
