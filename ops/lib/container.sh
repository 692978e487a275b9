# shellcheck shell=bash
# The container of ops/container, and what is done to it. Sourced by it.

# shellcheck disable=SC2154,SC2034 # place, base, root, binary and keep are set by ops/container, which ends with worst.

packages=systemd,systemd-sysv,dbus,nginx,postgresql-15,redis-server,curl,ca-certificates,iproute2,procps,openssl
worst=0

refuse() {
  printf 'ops/container: left out: %s\n' "$*" >&2
  exit 77
}

may_build() {
  [[ $(id -u) -eq 0 ]] || refuse 'it has to run as root'
  command -v systemd-nspawn >/dev/null || refuse 'it needs systemd-nspawn (apt-get install systemd-container)'
  command -v debootstrap >/dev/null || refuse 'it needs debootstrap'
  unshare --mount --pid --net --fork true 2>/dev/null || refuse 'this kernel gives no namespaces'
}

may_we() {
  may_build
  [[ -x $binary ]] || { echo "ops/container: $binary is not there; try: cargo build --release, or --binary FILE" >&2; exit 1; }
}

# Debian itself, once; again when the list of packages changes. Who comes while another builds it waits for that one.
build_base() {
  mkdir -p "$place"
  exec 9>"$place/lock"
  flock 9
  build_base_alone
  flock -u 9
}

build_base_alone() {
  [[ $(cat "$base.packages" 2>/dev/null) != "$packages" ]] || return 0
  echo "building a Debian in $base"
  rm -rf "$base" "$base.new"
  debootstrap --variant=minbase --include="$packages" --components=main bookworm "$base.new" >"$place/debootstrap.log" 2>&1 \
    || refuse "debootstrap did not work: $(tail -n 1 "$place/debootstrap.log")"
  rm -rf "$base.new"/var/cache/apt/archives/*.deb "$base.new"/var/lib/apt/lists/*
  mv "$base.new" "$base"
  echo "$packages" >"$base.packages"
}

fresh_root() {
  rm -rf "$root"
  cp -a --reflink=auto "$base" "$root"
  ops/install --root "$root" --binary "$binary" >"$place/install.log" 2>&1 || { cat "$place/install.log" >&2; exit 1; }
  sed -i 's/^public_url.*/public_url = "https:\/\/example.org"\nrate_limits = "off"/' "$root/etc/minschool/minschool.toml"
  # All load comes from the container itself.
  echo '127.0.0.0/8 1;' >"$root/etc/nginx/minschool/known.conf"
  # There is no mail in there; what would be sent is kept, where the unit's user may write.
  # shellcheck disable=SC2016 # The script is given it.
  printf '#!/bin/sh\ncat >>"$STATE_DIRECTORY/reports"\n' >"$root/etc/minschool/on-failure"
  chmod 755 "$root/etc/minschool/on-failure"
  # There is no database yet when it boots.
  systemctl --root="$root" --quiet disable minschool.target
  [[ -z ${CONTAINER_EXTRA:-} ]] || cp -a "$CONTAINER_EXTRA/." "$root/"
}

# Its own network, and no word to a systemd outside, which may not be there.
boot() {
  setsid systemd-nspawn --quiet --directory="$root" --private-network --register=no --keep-unit --console=pipe --boot \
    --hostname=minschool </dev/null >"$place/console.log" 2>&1 &
  nspawn=$!
  local tenth
  for ((tenth = 0; tenth < 600; tenth++)); do
    [[ -d /proc/$nspawn ]] || refuse "the container did not start: $(tail -n 1 "$place/console.log")"
    leader=$(pgrep -P "$nspawn" | head -n 1 || true)
    if [[ -n $leader ]] && is_up; then return 0; fi
    sleep 0.1
  done
  refuse "the container did not come up within a minute; see $place/console.log"
}

# "degraded" is up as well: not everything of a whole host can run in here.
is_up() {
  local word
  word=$(inside systemctl is-system-running 2>/dev/null) || true
  [[ $word == running || $word == degraded ]]
}

inside() {
  nsenter --target "$leader" --all -- "$@"
}

# redis-cli with the password that ops/install made, where the commands of the runbook expect it.
inside_with_redis() {
  inside env REDISCLI_AUTH="$(sed 's/.*:\(.*\)@.*/\1/' "$root/etc/minschool/credentials/redis-url")" "$@"
}

redis_asks_for_its_password() {
  if [[ $(inside redis-cli ping) != NOAUTH* || $(inside_with_redis redis-cli ping) != PONG ]]; then
    echo 'ops/container: Redis answers without the password, or refuses the one that was installed' >&2
    exit 1
  fi
}

# What the runbook says for a first start.
start_site() {
  inside runuser -u postgres -- createuser --createdb minschool
  inside runuser -u postgres -- createdb --owner minschool minschool
  inside systemctl --quiet enable --now minschool.target
  inside minschoolctl check
  redis_asks_for_its_password
  inside systemctl restart nginx
  local number tenth
  for ((tenth = 0; tenth < 300; tenth++)); do
    if all_ready; then break; fi
    sleep 0.1
  done
  all_ready || { inside systemctl --no-pager --failed; inside journalctl --no-pager -n 60 -u 'minschool*' >&2; exit 1; }
  for number in 0 1 2; do
    inside systemd-analyze security "minschool@$number.service" --no-pager | tail -n 1
  done
}

all_ready() {
  local port
  for port in 3000 3010 3020; do is_ready "$port" || return 1; done
}

is_ready() {
  inside curl -sf -m 3 -o /dev/null "http://127.0.0.1:$1/readyz"
}

# ---- load

# Thirty visitors who read what Redis knows, what only the database knows and what nginx may keep, and send a form, each
# connection used for the four of them, until the file is gone.
load() {
  local visitor site=https://example.org
  local -a each=(-sk -m 20 --resolve 'example.org:443:127.0.0.1' -o /dev/null -w '%{http_code} %{time_total} %{exitcode}\n')
  for visitor in $(seq 30); do
    while [[ -e $place/load ]]; do
      inside curl "${each[@]}" "$site/who" --next "${each[@]}" "$site/comments/$RANDOM" \
        --next "${each[@]}" -d 'email=nobody@example.com' "$site/login" --next "${each[@]}" "$site/community/free?$RANDOM" || true
    done >>"$place/answers.$visitor" &
  done
  wait
}

# drill WORDS BAR COMMAND: under load; "failed" is whatever is not an honest answer below 500. When nginx takes an HTTP/2
# connection back (GOAWAY, at a reload), browsers ask again on another; curl ends with 16 and is counted as "again".
drill() {
  local words=$1 bar=$2 row code=0
  rm -f "$place"/answers.*
  touch "$place/load"
  load &
  local loading=$!
  sleep 3
  "$3" >"$place/drill.log" 2>&1 || code=$?
  sleep 3
  rm -f "$place/load"
  wait "$loading" || true
  row=$(awk '{ n++; if ($3 == 16) again++; else if ($1 < 200 || $1 >= 500) bad++; if ($2 > slow) slow = $2 }
    END { printf "%8d %8d %8d %10.1f", n, bad, again, slow }' "$place"/answers.*)
  printf '%-44s %s  %s\n' "$words" "$row" "$bar"
  if [[ $code -ne 0 ]] || (($(awk '{ print $2 }' <<<"$row") > bar)); then
    worst=1
    cat "$place/drill.log"
    cut -d ' ' -f 1,3 "$place"/answers.* | sort | uniq -c
  fi
}

# ---- what is done to it

roll() {
  local number
  for number in 0 1 2; do
    inside systemctl restart "minschool@$number"
    again "$number"
  done
}

# Another release and back to the first, as the runbook says. What is added at a program's end changes nothing but its sum.
update_and_back() {
  local first=$root/usr/lib/minschool/current
  first=$(readlink "$first")
  cp "$binary" "$place/other" && echo >>"$place/other"
  ops/install --root "$root" --binary "$place/other" || return 1
  rm "$place/other"
  [[ $(readlink "$root/usr/lib/minschool/current") != "$first" ]] || { echo 'no other release is installed'; return 1; }
  inside systemctl restart minschool-migrate || return 1
  inside minschoolctl roll || return 1
  inside ln -sfn "$first" /usr/lib/minschool/current
  inside minschoolctl roll
}

# Taken out for a while, and back.
take_out() {
  inside systemctl stop minschool-site@1.socket minschool-admin@1.socket minschool@1
  is_closed 3010 || return 1
  sleep 3
  inside systemctl start minschool-site@1.socket minschool-admin@1.socket minschool@1
  again 1
}

# A fourth instance, and without it again.
one_more() {
  local servers=$root/etc/nginx/minschool/servers
  inside systemctl --quiet enable --now minschool-site@3.socket minschool-admin@3.socket minschool@3 || return 1
  again 3 || return 1
  printf 'server 127.0.0.1:3030 %s;\n' 'max_fails=3 fail_timeout=30s' 'backup max_fails=0' >>"$servers-site.conf"
  printf 'server 127.0.0.1:3031 %s;\n' 'max_fails=3 fail_timeout=30s' 'backup max_fails=0' >>"$servers-admin.conf"
  inside nginx -t && inside systemctl reload nginx || return 1
  echo 'edge_upstreams = ["127.0.0.1:3000", "127.0.0.1:3010", "127.0.0.1:3020", "127.0.0.1:3030"]' >>"$root/etc/minschool/minschool.toml"
  inside systemctl restart minschool-edge || return 1
  sleep 3
  eventually edge_sees 127.0.0.1:3030 || return 1
  sed -i '/:303[01] /d' "$servers-site.conf" "$servers-admin.conf"
  sed -i '/^edge_upstreams/d' "$root/etc/minschool/minschool.toml"
  inside nginx -t && inside systemctl reload nginx && inside systemctl restart minschool-edge || return 1
  sleep 2
  inside systemctl --quiet disable --now minschool-site@3.socket minschool-admin@3.socket minschool@3
  is_closed 3030
}

edge_sees() {
  inside curl -s http://127.0.0.1/upstream_status | grep -E "^$1 +up " || { echo "$1 is not up in nginx' eyes"; return 1; }
}

# Every command of the runbook's "check" and "verify" can be run as it stands there. Words in capitals stand for others.
look_round() {
  local line code=0
  while read -r line; do
    inside_with_redis timeout 20 sh -c "$line" >"$place/said" 2>&1 </dev/null || { echo "$line: $(tail -n 2 "$place/said")"; code=1; }
  done < <(commands_that_look)
  return "$code"
}

# What stands between "Check" or "Verify" and the next such word, in one paragraph, and only looks. A container has the
# clock of its machine and no time source; nothing in it was edited, so there is no NAME.new.
commands_that_look() {
  perl -00 -ne 's/\n/ /g; while (/\*(?:Check|Verify)\*:(.*?)(?=\*[A-Z][a-z ]+\*|$)/g) { my $part = $1; print "$1\n" while $part =~ /`([^`]+)`/g }' \
    ops/RUNBOOK.md | grep -E '^(systemctl (status|show|list)|journalctl|curl|redis-cli|minschoolctl (check|migrate status)|ls|df|du|date|psql|timedatectl)' \
    | grep -vE '\b[A-Z]{4,}\b|timesyncd|\.new$' | sort -u
}

# As the runbook says: a key, once; then what the timers start every night and every week.
back_up() {
  local recipient
  recipient=$(inside sh -c 'cd /root && minschool backup --new-key key' | grep -o 'age1[0-9a-z]*') || return 1
  sed -i "s/^backup_recipient.*/backup_recipient = \"$recipient\"/" "$root/etc/minschool/minschool.toml"
  inside install -m 600 /root/key /etc/minschool/credentials/backup-key
  inside systemctl start minschool-backup || return 1
  inside systemctl start minschool-restore-drill || return 1
  inside systemctl start minschool-cleanup || return 1
  inside sh -c 'ls /var/backups/minschool/*.manifest.json' && inside test -s /var/lib/minschool/restore-drill-last-success
}

# What the runbook mends with, where no other drill does: a lost administrator, Redis' settings, kept pages, a backup beside
# what is there, a small site that moves from SQLite to PostgreSQL.
mend() {
  local sql='postgres://minschool@localhost' socket='?host=/var/run/postgresql' newest
  inside sh -c 'echo "seven green bicycles" | minschoolctl user add --email boss@example.org --name boss --role admin --password-stdin' &&
    inside sh -c 'echo "a long new password" | minschoolctl user password --email boss@example.org --password-stdin' || return 1
  inside_with_redis redis-cli -e config set maxmemory 512mb && inside_with_redis redis-cli -e config set maxmemory-policy noeviction || return 1
  inside find /run/minschool/nginx-pages -type f -delete && inside journalctl --vacuum-size=500M || return 1
  inside runuser -u postgres -- createdb --owner minschool minschool_restored || return 1
  inside runuser -u postgres -- createdb --owner minschool minschool_moved || return 1
  newest=$(inside sh -c 'ls -t /var/backups/minschool/*.age | head -n 1') || return 1
  inside install -o minschool -m 600 /root/key /var/lib/minschool/key || return 1
  as_minschool restore "$newest" --identity /var/lib/minschool/key --into "$sql/minschool_restored$socket" || return 1
  as_minschool seed --data-dir /var/lib/minschool/small --users 5 --posts 20 --comments 20 || return 1
  as_minschool move --from sqlite:///var/lib/minschool/small/minschool.db --to "$sql/minschool_moved$socket"
}

# The child that opens a picture starts within the unit's sandbox, and its limits leave room for it.
open_picture() {
  local said
  said=$(inside sh -s -- https://example.org boss@example.org 'a long new password' <ops/lib/send-picture) || { echo "$said"; return 1; }
  [[ $said == '200 image/png' ]] || { echo "$said"; return 1; }
}

# The same of the child that reads a document, for which a job has to run.
read_document() {
  local said
  said=$(inside sh -s -- https://example.org boss@example.org 'a long new password' <ops/lib/send-document) || { echo "$said"; return 1; }
  [[ $said == 'read' ]] || { echo "$said"; return 1; }
}

as_minschool() {
  inside runuser -u minschool -- minschool "$@"
}

kill_one() {
  inside systemctl kill --kill-whom=main -s KILL minschool@1
  again 1
}

# Each while it answers requests, which costs nginx more answers than it forgives a server (max_fails): in the end all three are
# out in its eyes, and back in everybody else's.
kill_all() {
  local number main
  for number in 0 1 2; do
    main=$(inside systemctl show --property MainPID --value "minschool@$number") || return 1
    # While the database stands still people wait in the instances: not so long that it is taken for gone.
    inside sh -c "pkill -STOP -u postgres; sleep 0.2; kill -KILL $main; pkill -CONT -u postgres" || return 1
    again "$number" || return 1
  done
}

redis_away() {
  inside systemctl kill -s KILL redis-server
  inside systemctl stop redis-server
  sleep 4
  inside systemctl start redis-server
  sleep 2
}

reload_nginx() {
  inside systemctl reload nginx
  sleep 2
}

# A crash loop: its ports have to be closed, the operator notified, and half a minute later it is tried again by itself. It is killed
# whenever it lives: how long a start takes depends on the machine.
crash_loop() {
  local half
  for ((half = 0; half < 100; half++)); do
    inside systemctl kill --kill-whom=main -s KILL minschool@1 2>/dev/null || true
    sleep 0.5
    ! is_closed 3010 >/dev/null || break
  done
  is_closed 3010 || return 1
  eventually was_reported minschool@1 || return 1
  sleep 30
  again 1
}

# Asks for ten seconds.
eventually() {
  local tenth
  for ((tenth = 0; tenth < 100; tenth++)); do
    "$@" >/dev/null && return 0
    sleep 0.1
  done
  "$@"
}

is_closed() {
  ! inside ss -Hltn "sport = :$1" | grep -q . || { echo "port $1 is still open"; return 1; }
}

was_reported() {
  inside grep -q "^$1.service on .* has failed" /var/lib/minschool-failure/reports || { echo "the failure of $1 was not reported"; return 1; }
}

# It ends with 78 again and again; then its ports have to be closed and the operator notified, and mending it brings it back.
wrong_configuration() {
  mkdir -p "$root/etc/systemd/system/minschool@2.service.d"
  printf '[Service]\nEnvironment=WORKERS=many\n' >"$root/etc/systemd/system/minschool@2.service.d/wrong.conf"
  inside systemctl daemon-reload
  inside systemctl restart minschool@2 || true
  eventually is_closed 3020 && eventually was_reported minschool@2 || return 1
  rm -r "$root/etc/systemd/system/minschool@2.service.d"
  inside systemctl daemon-reload
  inside systemctl reset-failed
  inside systemctl start minschool-site@2.socket minschool-admin@2.socket minschool@2
  again 2
}

# Ready twice, a second apart.
again() {
  local port=30${1}0 tenth
  for ((tenth = 0; tenth < 300; tenth++)); do
    if is_ready "$port"; then
      sleep 1
      is_ready "$port" && return 0
    fi
    sleep 0.1
  done
  echo "instance $1 does not come back"
  return 1
}

# ---- the end

leave() {
  local code=$?
  rm -f "$place/load"
  if [[ -n $leader ]]; then
    [[ $code -eq 0 || $code -eq 77 ]] || inside journalctl --no-pager >"$place/journal.log" 2>/dev/null || true
    # systemd's word for "power off now".
    kill -s RTMIN+14 "$leader" 2>/dev/null || true
  fi
  if [[ -n $nspawn ]]; then
    local tenth
    for ((tenth = 0; tenth < 100; tenth++)); do
      [[ -d /proc/$nspawn ]] || break
      sleep 0.1
    done
    kill -KILL "$nspawn" 2>/dev/null || true
    wait "$nspawn" 2>/dev/null || true
  fi
  [[ -n $keep || -z $root ]] || rm -rf "$root"
  exit "$code"
}
