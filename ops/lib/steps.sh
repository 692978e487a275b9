# shellcheck shell=bash
# Steps with a name and a time, stopped at the first that fails; whatever they started ends with them.
# Sourced by ops/test.

declare -a summary=()
job=

# Runs a command in a separate process group, and ends what is left of it afterwards.
in_group() {
  local code=0
  set -m
  "$@" &
  job=$!
  set +m
  wait "$job" || code=$?
  end_group
  return "$code"
}

# Ends a process group: INT, then TERM, then KILL, with five seconds after each.
end_group() {
  local signal group=$job
  job=
  [[ -n $group ]] || return 0
  for signal in INT TERM KILL; do
    kill "-$signal" -- "-$group" 2>/dev/null || return 0
    for _ in {1..50}; do
      kill -0 -- "-$group" 2>/dev/null || return 0
      sleep 0.1
    done
  done
}

step() {
  local name=$1 begin=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  if in_group "$@"; then
    summary+=("$(printf 'ok    %4ds  %s' $((SECONDS - begin)) "$name")")
  else
    summary+=("$(printf 'FAIL  %4ds  %s' $((SECONDS - begin)) "$name")")
    print_summary
    exit 1
  fi
}

print_summary() {
  printf '\n'
  printf '%s\n' "${summary[@]}"
  # The journeys close with how many passed, failed and were left out.
  [[ ! -f $scratch/closing ]] || tail -n 1 "$scratch/closing"
}

give_up() {
  printf 'ops/test: %s\n' "$*" >&2
  exit 1
}

# Ends what was started, then deletes its files.
clean_up() {
  end_group
  [[ -z ${prepared:-} ]] || kill -TERM -- "-$prepared" 2>/dev/null || true
  [[ -z ${scratch:-} ]] || rm -rf "$scratch"
}
