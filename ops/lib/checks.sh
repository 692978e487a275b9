# shellcheck shell=bash
# Looks over the files that run a host: nginx, systemd, Prometheus. Nothing is started.
# Sourced by ops/test, which sets $scratch to a temporary folder.

. ops/lib/nginx.sh

operations_files() {
  nginx_files && unit_files && rule_files
}

# The shipped configuration as a host would have it, with a throwaway certificate, below the temporary folder.
nginx_files() {
  local prefix=${scratch:?}/nginx
  lay_out_nginx "$prefix" || return 1
  mkdir -p "$prefix/sites-enabled"
  cp ops/nginx/minschool-loadbalancer.conf "$prefix/sites-enabled/"
  throwaway_certificate "$prefix/throwaway" || return 1
  sed -i -E "s#/etc/minschool/tls/[a-z]+\.(crt|key)#$prefix/throwaway.\1#" "$prefix"/minschool/listen-*.conf
  sed -i "s#/run/minschool/nginx-#$prefix/nginx-#" "$prefix/minschool/place.conf"
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

# The highest exposure that a shipped service may have, in tenths (systemd-analyze counts from 0.0 to 10.0).
exposure_limit=10

unit_files() {
  local folder=${scratch:?}/units template
  lay_out_units "$folder"
  verify_units "$folder" && verify_exposure "$folder" || return 1
  # And as one of several hosts with an instance each.
  for template in "$folder"/examples/several-hosts/*; do cp -r "$template/." "$folder/$(basename "${template/@./@0.}")"; done
  verify_units "$folder" || return 1
  # And as one that hands its mail to a relay elsewhere: no more exposed than the limit.
  lay_out_units "$folder"
  for template in "$folder"/examples/outgoing/*; do cp -r "$template/." "$folder/$(basename "${template/@./@0.}")"; done
  verify_units "$folder" && verify_exposure "$folder"
}

# The units as a host would have them, with one instance, and programs that exist here.
lay_out_units() {
  local folder=$1 template
  rm -rf "$folder"
  cp -a ops/systemd "$folder"
  for template in "$folder"/*@.*; do
    # With number 0 in place of the template's: "verify" would call it "i", which is no port.
    [[ $template == *.d ]] || mv "$template" "${template/@./@0.}"
  done
  # It is about the unit, not about the unit's program being installed.
  sed -i -E 's#^(Exec[A-Za-z]+=)/(usr/bin/minschool|usr/lib/minschool/[a-z-]+) #\1/usr/bin/true #' "$folder"/*.service
}

verify_units() {
  local said
  said=$(SYSTEMD_UNIT_PATH=$1: systemd-analyze verify --man=no "$1"/*.{service,socket,timer,target,slice} 2>&1)
  # It exits with 0 after warnings too.
  [[ -z $said ]] || { printf '%s\n' "$said" >&2; return 1; }
  quietly systemd-sysusers --dry-run "$PWD/ops/systemd/minschool.sysusers"
}

# Every service that is there, so that a new one without a sandbox fails.
verify_exposure() {
  local unit
  for unit in "$1"/*.service; do
    SYSTEMD_UNIT_PATH=$1: systemd-analyze security --offline=true --threshold="$exposure_limit" "$unit" >"$1/exposure" \
      || { grep -E '^✗|Overall' "$1/exposure" >&2; return 1; }
    tail -n 1 "$1/exposure"
  done
}

# Configuration, rules, the rules' own tests, and that each alert links to its section of the runbook.
rule_files() {
  local folder=ops/prometheus
  quietly promtool check config "$folder/prometheus.yml" || return 1
  quietly promtool check rules "$folder"/minschool-{recording,alerts}.yml || return 1
  quietly promtool test rules "$folder/minschool-tests.yml" || return 1
  alerts_name_the_runbook "$folder/minschool-alerts.yml"
}

# UpstreamDown is explained at /system/runbook#upstream-down.
alerts_name_the_runbook() {
  local alert anchor
  while read -r alert; do
    anchor=$(sed -E 's/([a-z])([A-Z])/\1-\L\2/g; s/^./\L&/' <<<"$alert")
    if ! grep -qxF "          runbook: /system/runbook#$anchor" "$1"; then
      echo "$1: $alert has no link /system/runbook#$anchor" >&2
      return 1
    fi
    if ! grep -qxF "## $alert" ops/RUNBOOK.md; then
      echo "ops/RUNBOOK.md: nothing about $alert" >&2
      return 1
    fi
    if ! grep -q "alertname: $alert\b" "${1%alerts.yml}tests.yml"; then
      echo "$1: no test shows when $alert fires" >&2
      return 1
    fi
  done < <(sed -n 's/^ *- alert: //p' "$1")
}

# Prints the output of a command where it fails.
quietly() {
  local said
  said=$("$@" 2>&1) || { printf '%s\n' "$said" >&2; return 1; }
}
