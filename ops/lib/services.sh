# shellcheck shell=bash
# Processes that outlive the command that started them, and are found again by the next one.
# Each leads a session (setsid), works in a folder below $state, and has its process id in $state/pids.
# Sourced by ops/cluster.

# shellcheck disable=SC2154 # state is set by ops/cluster; ports and addresses are in the settings that "up" writes.

# Starts a program in the background.
launch() {
  local name=$1
  shift
  (cd "$state" && exec setsid "$@" >>"$state/logs/$name.log" 2>&1 </dev/null) &
  echo $! >"$state/pids/$name"
}

# The process id of a service, if it runs and is ours: ids are used again.
process_of() {
  local pid place
  [[ -f $state/pids/$1 ]] || return 1
  pid=$(<"$state/pids/$1")
  place=$(readlink "/proc/$pid/cwd" 2>/dev/null) || return 1
  [[ $place == "$state" || $place == "$state"/* ]] || return 1
  echo "$pid"
}

# Ends a service and all that it started: with a signal, then with KILL.
end() {
  local name=$1 signal=${2:-TERM} pid
  if pid=$(process_of "$name"); then
    kill "-$signal" "$pid" 2>/dev/null || true
    gone "$pid" 300 || true
    # What it left behind is in its group.
    kill -KILL -- "-$pid" 2>/dev/null || true
    gone "$pid" 50 || echo "$name ($pid) does not end" >&2
  fi
  rm -f "$state/pids/$name"
}

# Waits until a process is gone, for so many tenths of a second.
gone() {
  local tenth
  for ((tenth = 0; tenth < $2; tenth++)); do
    [[ -d /proc/$1 ]] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null || return 0
    sleep 0.1
  done
  return 1
}

# Waits until a command succeeds, for so many seconds.
eventually() {
  local what=$1 until=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < until)) || give_up "$what does not answer; see $state/logs"
    sleep 0.1
  done
}

# This many free ports, below those that the kernel gives to clients.
free_ports() {
  local count=$1 port
  while ((count > 0)); do
    port=$((RANDOM % 12000 + 20000))
    [[ " ${taken:-} " == *" $port "* ]] && continue
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue
    taken+=" $port"
    echo "$port"
    count=$((count - 1))
  done
}

# PostgreSQL refuses to run as root; its package made a user for it.
as_postgres() {
  if [[ $(id -u) -eq 0 ]]; then
    setpriv --reuid=postgres --regid=postgres --init-groups "$@"
  else
    "$@"
  fi
}

service_postgres() {
  local data=$state/disk/postgres
  if [[ ! -f $data/PG_VERSION ]]; then
    mkdir -p "$data"
    [[ $(id -u) -ne 0 ]] || chown postgres: "$data"
    as_postgres test -x "$data" || give_up "the user postgres may not reach $data; choose another folder with CLUSTER_STATE"
    as_postgres "$POSTGRES_BIN/initdb" -D "$data" -U minschool -A trust -E UTF8 --locale=C >"$state/logs/postgres.log" 2>&1 \
      || give_up "initdb failed; see $state/logs/postgres.log"
  fi
  rm -f "$data/postmaster.pid"
  local as=()
  [[ $(id -u) -ne 0 ]] || as=(setpriv --reuid=postgres --regid=postgres --init-groups)
  launch postgres "${as[@]}" "$POSTGRES_BIN/postgres" -D "$data" -p "$postgres_port" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=120
  local ask=(-h 127.0.0.1 -p "$postgres_port" -U minschool)
  eventually PostgreSQL 30 "$POSTGRES_BIN/pg_isready" "${ask[@]}"
  [[ -f $state/made-database ]] || "$POSTGRES_BIN/createdb" "${ask[@]}" minschool
  touch "$state/made-database"
}

# Sessions are in it: when it is full it has to refuse, not to evict one.
service_redis() {
  local clock
  mapfile -t clock < <(believed_clock)
  launch redis env "${clock[@]}" redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$state" \
    --maxmemory 256mb --maxmemory-policy noeviction
  eventually Redis 10 redis-cli -p "$redis_port" ping
}
