# ./test --security: public scanners against a world of its own, on this machine only. Sourced by ./test, which has built
# what is needed. About ten minutes; what was found and asked stays in var/security.
# shellcheck shell=bash

. "$root/scripts/world.sh"
scan=$var/security

# Each scanner in its own environment: they want different versions of the same packages.
scanner() { # NAME PROGRAM...
  local list=$root/e2e/scan/$1.txt venv=$scan/$1
  if ! cmp -s "$list" "$venv/.done"; then
    say "scanner: $1 (pip)"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$list"
    cp "$list" "$venv/.done"
  fi
  shift
  local p
  for p in "$@"; do ln -sf "$venv/bin/$p" "$scan/bin/$p"; done
}

mkdir -p "$scan/bin"
scanner schemathesis schemathesis
scanner wapiti wapiti sqlmap

open_world security
say "a small world to be scanned"
"$hojo" demo seed --edition "$edition" --roles "$root/db/roles.toml" --masters "$var/masters" --mark "$world/demo.txt" --applicants 24 \
  >"$world/seed.log" 2>&1 || { tail -5 "$world/seed.log" >&2; die "世界を作れませんでした"; }
serve_world --synthetic 400 --seed 1

rm -rf "$scan/found"
export SCAN_FOLDER=$scan/found SCAN_BIN=$scan/bin SCAN_HOJO=$hojo SCAN_LOG=$world/hojo.log SCAN_MARK=$world/demo.txt \
  SCAN_PORTAL=$portal SCAN_OFFICE=$office SCAN_API=$api

# First as it stands: the watch must end the scanner's session. Then it only takes notes, or the scan would end here.
SCAN_ONLY=watched node "$root/e2e/scan/run.mjs"
sql "$world_db" -c "update detection_rules set respond = '{raise}'; update cuts set lifted_at = clock_timestamp(), lift_reason = 'scan' where lifted_at is null"
timeout 840 node "$root/e2e/scan/run.mjs"
