# shellcheck shell=bash
# Prometheus and its exporters, looking at a running cluster with the shipped configuration. Sourced by ops/cluster.

# shellcheck disable=SC2154 # state is set by ops/cluster; ports and addresses are in the settings that "up" writes.

watchers=(prometheus prometheus-redis-exporter prometheus-postgres-exporter prometheus-node-exporter)

# Starts them, waits until all is seen and says what is missing.
cluster_watch() {
  local program ports
  for program in "${watchers[@]}"; do
    command -v "$program" >/dev/null || give_up "it needs ${watchers[*]} (apt-get install)"
  done
  stop_watching
  mapfile -t ports < <(free_ports 4)
  launch watch-redis prometheus-redis-exporter -web.listen-address="127.0.0.1:${ports[1]}" -redis.addr="redis://127.0.0.1:$redis_port"
  launch watch-postgres env DATA_SOURCE_NAME="postgresql://minschool@127.0.0.1:$postgres_port/minschool?sslmode=disable" \
    prometheus-postgres-exporter --web.listen-address="127.0.0.1:${ports[2]}"
  launch watch-node prometheus-node-exporter --web.listen-address="127.0.0.1:${ports[3]}"
  write_watching "${ports[@]}"
  launch watch prometheus --config.file="$state/prometheus/prometheus.yml" --storage.tsdb.path="$state/prometheus/data" \
    --web.listen-address="127.0.0.1:${ports[0]}"
  eventually Prometheus 20 curl -sf "http://127.0.0.1:${ports[0]}/-/ready"
  echo "Prometheus   http://127.0.0.1:${ports[0]}"
  all_seen "http://127.0.0.1:${ports[0]}"
}

stop_watching() {
  local name
  for name in watch watch-redis watch-postgres watch-node; do end "$name"; done
}

# The shipped files with this cluster's addresses, and a look every second.
write_watching() {
  local folder=$state/prometheus
  rm -rf "$folder"
  mkdir -p "$folder"
  cp ops/prometheus/minschool-*.yml "$folder/"
  sed -e 's/_interval: 15s/_interval: 1s/' -e '/^alerting:/,/^$/d' ops/prometheus/prometheus.yml | awk \
    -v minschool="$(admin_addresses)" -v edge="127.0.0.1:${site_url##*:}" -v prometheus="127.0.0.1:$1" \
    -v redis="127.0.0.1:$2" -v postgres="127.0.0.1:$3" -v node="127.0.0.1:$4" '
    BEGIN { at["minschool"] = minschool; at["minschool-edge"] = edge; at["redis"] = redis; at["postgres"] = postgres
            at["node"] = node; at["prometheus"] = prometheus }
    /^ *- job_name:/ { job = $3 }
    /^ *- targets:/ { sub(/\[.*\]/, "[" at[job] "]") }
    { print }' >"$folder/prometheus.yml"
}

admin_addresses() {
  local number
  for number in $(numbers); do (
    # shellcheck disable=SC1090 # It was written when the instance was made.
    . "$state/instances/$number"
    printf '127.0.0.1:%s\n' "$admin_port"
  ); done | paste -sd,
}

# Every target is up, every number that a rule asks for is there, and no rule fails.
all_seen() {
  local until=$((SECONDS + 30)) missing
  while missing=$(not_seen "$1") && [[ -n $missing ]]; do
    ((SECONDS < until)) || { printf 'not seen:\n%s\n' "$missing" >&2; return 1; }
    sleep 1
  done
  echo "every target is up; $(asked_for | wc -l) numbers that rules ask for are there"
}

not_seen() {
  local name
  curl -s "$1/api/v1/targets?state=active" | grep -oE '"scrapeUrl":"[^"]*"|"lastError":"[^"]+"' | grep -B 1 lastError || true
  curl -s "$1/api/v1/rules" | grep -oE '"lastError":"[^"]+"' || true
  for name in $(asked_for); do
    ! curl -s --data-urlencode "query=count($name)" "$1/api/v1/query" | grep -q '"result":\[\]' || echo "$name"
  done
}

# Known only under systemd, or after a first backup and a first drill.
elsewhere='minschool_cgroup_memory_bytes|minschool_(backup|restore_drill)_last_success_timestamp_seconds'

asked_for() {
  sed -n 's/^ *expr: //p; s/^ *\(sum\|histogram_quantile\|minschool_\|\/\)/\1/p' ops/prometheus/minschool-{recording,alerts}.yml \
    | grep -oE '\b(minschool|redis|pg|node|process)_[a-z_]+' | grep -vxE "$elsewhere" | sort -u
}
