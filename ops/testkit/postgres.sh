# shellcheck shell=bash
# postgres.sh PROGRAMS FOLDER PORT [-c SETTING]...   A PostgreSQL in FOLDER/data until the standard input ends.
# Runs as a user that may run it (not root). A frozen server does not receive the signal to end, so it is continued first.
set -u
bin=$1 folder=$2 port=$3
shift 3
as=()
if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; as=(setpriv --reuid=postgres --regid=postgres --init-groups); fi
cd /
"${as[@]}" "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync
"${as[@]}" "$bin/postgres" -D "$folder/data" -p "$port" -k "$folder" -c listen_addresses=127.0.0.1 "$@" &
cat > /dev/null
kill -CONT $!
kill -QUIT $!
wait
rm -rf "$folder"
