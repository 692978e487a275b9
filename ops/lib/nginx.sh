# shellcheck shell=bash
# Lays nginx's files out in a folder of one's own. Sourced by ops/lib/checks.sh and ops/cluster.

# Puts nginx's files into a folder as they are in /etc/nginx, with logs and process id kept inside it.
lay_out_nginx() {
  local prefix=$1
  rm -rf "$prefix"
  mkdir -p "$prefix/conf.d" "$prefix/modules-enabled" "$prefix/sites-enabled"
  cp /etc/nginx/mime.types "$prefix/"
  cp -r ops/nginx/minschool "$prefix/"
  sed -E "s#^pid .*#pid $prefix/nginx.pid;#; s#^error_log .*#error_log $prefix/error.log notice;#" ops/nginx/nginx.conf >"$prefix/nginx.conf"
}

nginx_program() {
  command -v nginx || echo /usr/sbin/nginx
}

throwaway_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,DNS:admin.localhost -keyout "$1.key" -out "$1.crt" 2>/dev/null
}
