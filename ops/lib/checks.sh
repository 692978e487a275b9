# shellcheck shell=bash
# Looks over the files that run a host: nginx, systemd, Prometheus. Nothing is started.
# Sourced by ops/test, which gives a folder of its own in $scratch.

. ops/lib/nginx.sh

operations_files() {
  nginx_files && unit_files && rule_files
}

# The shipped configuration as a host would have it, with a throwaway certificate and folders of its own.
nginx_files() {
  local prefix=${scratch:?}/nginx
  lay_out_nginx "$prefix" || return 1
  mkdir -p "$prefix/sites-enabled"
  cp ops/nginx/minschool-loadbalancer.conf "$prefix/sites-enabled/"
  throwaway_certificate "$prefix/throwaway" || return 1
  sed -i -E "s#/etc/minschool/tls/[a-z]+\.(crt|key)#$prefix/throwaway.\1#" "$prefix"/minschool/listen-*.conf
  sed -i "s#/var/cache/nginx#$prefix#" "$prefix/minschool/place.conf"
  "$(nginx_program)" -t -q -p "$prefix" -c "$prefix/nginx.conf" || return 1
  pages_match_their_policy
}

# Each page has the one style that the policy names, and nothing that it would have to fetch.
pages_match_their_policy() {
  local page hash
  for page in ops/nginx/pages/*.html; do
    hash=$(perl -0777 -ne 'print $1 if m{<style>(.*?)</style>}s' "$page" | openssl dgst -sha256 -binary | base64)
    if ! grep -qF "'sha256-$hash'" ops/nginx/minschool/page-headers.conf; then
      echo "$page: its <style> has the hash sha256-$hash, which minschool/page-headers.conf does not name" >&2
      return 1
    fi
    if grep -nE '<script|<link|<img|style=|src=|https?://' "$page"; then
      echo "$page: it has to stand alone" >&2
      return 1
    fi
  done
}
