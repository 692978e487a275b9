# shellcheck shell=bash
# What ops/cluster does. Sourced by it.

# shellcheck disable=SC2154 # state is set by ops/cluster; ports and addresses are in the settings that "up" writes.

up() {
  ! process_of nginx >/dev/null || give_up 'it is up already; try: ops/cluster status, or ops/cluster down'
  [[ ! -d $state ]] || down
  bring_programs
  trap 'down; exit 1' ERR INT TERM
  mkdir -p "$state"/{pids,logs,instances,run,disk}
  # The user postgres has to get through.
  chmod 711 "$state"
  bring_binary
  write_settings
  # shellcheck disable=SC1091 # It was written just now.
  . "$state/settings"
  give_a_disk
  mkdir "$state/disk/nginx"
  service_postgres
  service_redis
  # The first brings the schema and prints the invitation; the others find everything in place.
  local number
  for number in 0 1 2; do new_instance "$number"; done
  # It reads the instances' addresses when it starts.
  if [[ -n $has_edge ]]; then service_edge; fi
  service_nginx
  trap - ERR INT TERM
  show_addresses
}

bring_programs() {
  local program
  for program in redis-server setpriv curl openssl systemd-socket-activate; do
    command -v "$program" >/dev/null || give_up "it needs $program; \"ops/test\" installs everything (Debian)"
  done
  [[ -x $POSTGRES_BIN/postgres ]] || give_up "it needs PostgreSQL in $POSTGRES_BIN (or set POSTGRES_BIN)"
  [[ -x $(nginx_program) ]] || give_up 'it needs nginx'
}

bring_binary() {
  local binary=${CLUSTER_BINARY:-} profile=${CLUSTER_PROFILE:-release}
  if [[ -z $binary ]]; then
    cargo build --quiet --profile "$profile" --workspace --bin minschool
    [[ $profile != dev ]] || profile=debug
    binary=${CARGO_TARGET_DIR:-target}/$profile/minschool
  fi
  take_binary "$binary"
}

# A copy, so that a build in the meantime changes nothing; moved into place, because the old one may be running.
take_binary() {
  [[ -x $1 ]] || give_up "$1 is not a program"
  cp "$1" "$state/minschool.new"
  mv "$state/minschool.new" "$state/minschool"
}

write_settings() {
  local ports scheme=http
  mapfile -t ports < <(free_ports 5)
  [[ -z ${CLUSTER_TLS:-} ]] || scheme=https
  cat >"$state/settings" <<SETTINGS
postgres_port=${ports[0]} redis_port=${ports[1]} nginx_port=${ports[2]} nginx_admin_port=${ports[3]} edge_port=${ports[4]}
site_url=$scheme://localhost:${ports[2]} admin_url=$scheme://localhost:${ports[3]}
database_url=postgres://minschool@127.0.0.1:${ports[0]}/minschool redis_url=redis://127.0.0.1:${ports[1]}
extra_settings='${CLUSTER_SETTINGS:-}'
tls=${CLUSTER_TLS:-}
has_edge=$(if "$state/minschool" edge --help >/dev/null 2>&1; then echo 1; fi)
holds_sockets=$(if grep -q LISTEN_FDNAMES "$state/minschool"; then echo 1; fi)
SETTINGS
}

# ---- instances

new_instance() {
  local number=$1 ports
  mapfile -t ports < <(free_ports 2)
  echo "site_port=${ports[0]} admin_port=${ports[1]}" >"$state/instances/$number"
  start_instance "$number"
}

start_instance() {
  local number=$1 site_port admin_port instance=("$PWD/ops/lib/instance" "$state" "$1")
  # shellcheck disable=SC1090 # It was written when the instance was made.
  . "$state/instances/$number"
  if [[ -n $holds_sockets ]]; then
    # It opens the sockets and runs the instance at the first connection, which this script makes.
    instance=(systemd-socket-activate -l "127.0.0.1:$site_port" -l "127.0.0.1:$admin_port" --fdname=site:admin "${instance[@]}")
  fi
  launch "instance-$number" "${instance[@]}"
  eventually "instance $number" 60 is_ready "$number"
}

is_ready() {
  local site_port admin_port
  # shellcheck disable=SC1090 # It was written when the instance was made.
  . "$state/instances/$1"
  [[ $(curl -s -m 2 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$site_port/readyz") == 200 ]]
}

numbers() {
  find "$state/instances" -type f -printf '%f\n' | sort -n
}

# ---- nginx and the edge

service_edge() {
  launch edge env -i PATH="$PATH" INSTANCE=edge EDGE_LISTEN="127.0.0.1:$edge_port" EDGE_LOG_SOCKET="$state/nginx-log.sock" \
    EDGE_UPSTREAMS="$(instance_addresses)" "$state/minschool" edge
}

# The instances' addresses, with commas.
instance_addresses() {
  local number
  for number in $(numbers); do (
    # shellcheck disable=SC1090 # It was written when the instance was made.
    . "$state/instances/$number"
    # shellcheck disable=SC2154 # It comes from there.
    printf '127.0.0.1:%s\n' "$site_port"
  ); done | paste -sd,
}

service_nginx() {
  write_nginx
  launch nginx "$(nginx_program)" -p "$state/nginx" -c "$state/nginx/nginx.conf" -g 'daemon off;'
  eventually nginx 10 curl -sk -m 2 -o /dev/null "$site_url/healthz"
}

write_nginx() {
  local prefix=$state/nginx conf=$state/nginx/minschool
  if [[ ! -d $prefix ]]; then
    lay_out_nginx "$prefix"
    cp ops/nginx/minschool-loadbalancer.conf "$prefix/sites-enabled/"
    cp -r ops/nginx/pages "$prefix/pages"
    # Everything below the folder belongs to the user who started it, workers included.
    sed -i "s/^user .*/user $(id -un) $(id -gn);/" "$prefix/nginx.conf"
    throwaway_certificate "$prefix/throwaway"
  fi
  write_place >"$conf/place.conf"
  write_log >"$conf/log.conf"
  # All load comes from this machine.
  echo '127.0.0.0/8 1;' >"$conf/known.conf"
  : >"$conf/plain.conf"
  write_listen "$nginx_port" >"$conf/listen-site.conf"
  write_listen "$nginx_admin_port" >"$conf/listen-admin.conf"
  write_servers
}

write_log() {
  if [[ -n $has_edge ]]; then
    sed "s#/run/minschool/#$state/#" ops/nginx/minschool/log.conf
  else
    echo "access_log $state/logs/access.log minschool;"
  fi
}

write_place() {
  cat <<PLACE
upstream minschool_edge { server 127.0.0.1:$edge_port; }
$(sed -n '/^proxy_cache_path/,/;$/p' ops/nginx/minschool/place.conf | sed "s#/run/minschool#$state/run#")
map "" \$minschool_pages_folder { default $state/nginx/pages; }
client_body_temp_path $state/disk/nginx/body;
proxy_temp_path $state/disk/nginx/proxy;
fastcgi_temp_path $state/disk/nginx/fastcgi;
uwsgi_temp_path $state/disk/nginx/uwsgi;
scgi_temp_path $state/disk/nginx/scgi;
PLACE
}

write_listen() {
  if [[ -n $tls ]]; then
    echo "listen 127.0.0.1:$1 ssl http2; server_name localhost; include minschool/tls.conf;"
    echo "ssl_certificate $state/nginx/throwaway.crt; ssl_certificate_key $state/nginx/throwaway.key;"
  else
    echo "listen 127.0.0.1:$1; server_name localhost;"
  fi
}

# Without held sockets a port is closed for a moment at each restart. Counted as failures for 30 s these would put out
# one instance after the other (5,843 of 6,927 requests failed); for 2 s they do not.
write_servers() {
  local number rest='max_fails=3 fail_timeout=30s'
  [[ -n $holds_sockets ]] || rest='max_fails=3 fail_timeout=2s'
  : >"$state/nginx/minschool/servers-site.conf"
  : >"$state/nginx/minschool/servers-admin.conf"
  for number in $(numbers); do (
    # shellcheck disable=SC1090 # It was written when the instance was made.
    . "$state/instances/$number"
    write_server "$site_port" >>"$state/nginx/minschool/servers-site.conf"
    # shellcheck disable=SC2154 # It comes from there.
    write_server "$admin_port" >>"$state/nginx/minschool/servers-admin.conf"
  ); done
}

# Once among those that are watched, and once as the last resort while all of them are out (see ops/nginx/minschool).
write_server() {
  printf 'server 127.0.0.1:%s %s;\n' "$1" "$rest" "$1" 'backup max_fails=0'
}

reload_nginx() {
  write_servers
  kill -HUP "$(process_of nginx)"
}

# ---- commands

show_addresses() {
  local invitation
  invitation=$(grep -hoE 'http\S+/setup\?token=\S+' "$state"/logs/instance-*.log | tail -n 1 || true)
  cat <<TEXT
site       $site_url
panel      $admin_url
upstreams  $site_url/upstream_status
database   $database_url
Redis      $redis_url
files      $state
${invitation:+
The first administrator is made here; the link works once:
  $invitation}
TEXT
}

cluster_status() {
  local name number
  printf '%-12s %-9s %-7s %s\n' name state pid address
  for name in postgres redis edge nginx; do
    [[ $name != edge || -n $has_edge ]] || continue
    show_service "$name"
  done
  for number in $(numbers); do show_instance "$number"; done
}

show_service() {
  local pid port=${1}_port word=up
  pid=$(process_of "$1") || { pid=- word=down; }
  printf '%-12s %-9s %-7s %s\n' "$1" "$word" "$pid" "127.0.0.1:${!port}"
}

show_instance() {
  local pid=- word=down site_port admin_port
  # shellcheck disable=SC1090 # It was written when the instance was made.
  . "$state/instances/$1"
  if process_of "instance-$1" >/dev/null; then pid=$(<"$state/pids/instance-$1.child") word=starting; fi
  ! is_ready "$1" || word=ready
  printf '%-12s %-9s %-7s %s\n' "instance $1" "$word" "$pid" "127.0.0.1:$site_port, 127.0.0.1:$admin_port"
}

cluster_roll() {
  local number
  [[ -z ${1:-} ]] || take_binary "$1"
  printf '%-12s %9s %9s %9s %9s\n' instance 'old pid' 'new pid' 'drain s' 'start s'
  for number in $(numbers); do
    roll_one "$number" || give_up "instance $number did not come back; the others were left as they are"
    # Until nginx has forgotten that the port was closed.
    [[ -n $holds_sockets ]] || sleep 4
  done
}

roll_one() {
  local number=$1 old new begun drained
  old=$(<"$state/pids/instance-$number.child")
  begun=$EPOCHREALTIME
  kill -TERM "$old" || return 1
  gone "$old" 450 || return 1
  drained=$EPOCHREALTIME
  eventually "instance $number" 60 is_another "$number" "$old"
  # Twice, because an instance that fails at its start may answer once.
  eventually "instance $number" 60 is_ready "$number"
  sleep 0.5
  is_ready "$number" || return 1
  new=$(<"$state/pids/instance-$number.child")
  printf '%-12s %9s %9s %9s %9s\n' "$number" "$old" "$new" "$(between "$begun" "$drained")" "$(between "$drained" "$EPOCHREALTIME")"
}

is_another() {
  [[ $(<"$state/pids/instance-$1.child") != "$2" ]] && is_ready "$1"
}

between() {
  awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", b - a }'
}

cluster_kill() {
  local name=${1:?which one?}
  if [[ -f $state/instances/$name ]]; then
    kill -KILL "$(<"$state/pids/instance-$name.child")"
  else
    # Its children too: an orphan would hold the port.
    kill -KILL -- "-$(process_of "$name")"
  fi
}

cluster_stop() {
  local name=${1:?which one?} signal=TERM
  # INT is PostgreSQL's fast shutdown; TERM would wait until all clients have disconnected.
  [[ $name != postgres ]] || signal=INT
  [[ ! -f $state/instances/$name ]] || name=instance-$name
  end "$name" "$signal"
}

cluster_start() {
  local name=${1:?which one?}
  if [[ -f $state/instances/$name ]]; then
    ! process_of "instance-$name" >/dev/null || give_up "instance $name runs"
    start_instance "$name"
  else
    ! process_of "$name" >/dev/null || give_up "$name runs"
    "service_$name"
  fi
}

cluster_add() {
  local number
  number=$(($(numbers | tail -n 1) + 1))
  new_instance "$number"
  reload_nginx
  restart_edge
  show_instance "$number"
}

# nginx stops sending requests there; then the instance finishes those in flight and ends.
cluster_remove() {
  local number=${1:?which one?} place=$state/instances/${1:?}
  [[ -f $place ]] || give_up "there is no instance $number"
  mv "$place" "$state/leaving"
  reload_nginx
  restart_edge
  sleep 1
  end "instance-$number"
  rm -f "$state/leaving" "$state/pids/instance-$number.child"
}

# It reads its upstreams when it starts.
restart_edge() {
  [[ -n $has_edge ]] || return 0
  end edge
  service_edge
}

cluster_logs() {
  local name=${1:-*}
  [[ ! -f $state/instances/$name ]] || name=instance-$name
  # shellcheck disable=SC2086 # "*" stands for all of them.
  exec tail -n 50 -F "$state"/logs/$name.log
}

down() {
  local file name
  [[ -d $state/pids ]] || { take_disk_away && rm -rf "$state" && return; }
  # What accepts connections, then the instances, then their servers.
  end nginx
  stop_watching
  for file in "$state"/pids/instance-*; do
    name=${file##*/}
    [[ ! -f $file || $name == *.child ]] || end "$name"
  done
  end edge
  end redis
  end postgres INT
  take_disk_away
  rm -rf "$state"
}
