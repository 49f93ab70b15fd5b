# Shared by ./start, ./test and .ci/run: what a machine needs, each step said and skipped when done.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
var=${HOJO_VAR:-$root/var}
target=${CARGO_TARGET_DIR:-$root/target}
export CARGO_TARGET_DIR=$target
mkdir -p "$var"

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*" >&2; }
die() { say "止まりました: $*"; exit 1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# need_packages NAME...: installs Debian packages that are missing.
need_packages() {
  local missing=() p
  for p in "$@"; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
  done
  [ ${#missing[@]} = 0 ] && return 0
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || die "root か sudo が必要です: ${missing[*]}"
  say "system packages: ${missing[*]}"
  as_root apt-get update -qq
  DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

setup_system() {
  local pg=()
  find_postgres >/dev/null || pg=(postgresql)
  local node=()
  command -v node >/dev/null && command -v npm >/dev/null || node=(nodejs npm)
  local python=()
  command -v python3 >/dev/null && python3 -m pip --version >/dev/null 2>&1 || python=(python3 python3-pip)
  need_packages ca-certificates curl git build-essential pkg-config mold fonts-ipaexfont-mincho fonts-ipaexfont-gothic \
    fonts-noto-cjk bubblewrap poppler-utils netpbm "${pg[@]}" "${node[@]}" "${python[@]}"
}

setup_rust() {
  [ -f "$HOME/.cargo/env" ] && . "$HOME/.cargo/env"
  if ! command -v cargo >/dev/null; then
    say "Rust by rustup"
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal --component clippy,rustfmt >/dev/null
    . "$HOME/.cargo/env"
  fi
}

# newer THAN FILE_OR_DIR...: is anything newer than the stamp?
stale() {
  local stamp=$1
  shift
  [ ! -e "$stamp" ] && return 0
  [ -n "$(find "$@" -not -path '*/node_modules/*' -not -path '*/dist/*' -newer "$stamp" -type f -print -quit 2>/dev/null)" ]
}

build_assets() {
  local assets=$root/kernel/web/assets
  if stale "$assets/dist/.built" "$assets/package-lock.json" "$assets/src" "$assets/build.mjs"; then
    say "style sheet, script and fonts (npm)"
    (cd "$assets" && npm ci --silent --no-audit --no-fund >/dev/null && npm run --silent build >/dev/null)
    touch "$assets/dist/.built"
  fi
}

setup_fonts() {
  if stale "$var/fonts/.done" "$root/press/fonts.toml"; then
    say "fonts of the press"
    "$root/press/fonts-setup" "$var/fonts" "$target/press/hojo-press" >/dev/null
    touch "$var/fonts/.done"
  fi
}

# The checker of PDF/UA and PDF/A that the press's tests ask.
setup_pdf_checker() {
  if stale "$var/pdf-checker/.done" "$root/press/tests/requirements.txt"; then
    say "the checker of PDF/UA (pip)"
    python3 -m venv "$var/pdf-checker"
    "$var/pdf-checker/bin/pip" install --quiet -r "$root/press/tests/requirements.txt"
    touch "$var/pdf-checker/.done"
  fi
  export HOJO_PDF_CHECKER=$var/pdf-checker/bin/python
}

fetch_masters() {
  [ -f "$var/masters/packages.tsv" ] && cmp -s "$root/gates/registries/packages.tsv" "$var/masters/packages.tsv" && return 0
  say "postal codes, banks, holidays (npm, pip)"
  "$root/scripts/fetch-masters.sh" "$var/masters" >/dev/null
}

build_release() {
  say "release build (the first one takes a while)"
  # Queries are checked against .sqlx; no database is needed to compile.
  (cd "$root" && export SQLX_OFFLINE=true &&
    cargo build --release --quiet -p hojo-app -p hojo-standin -p hojo-mailbox &&
    cargo build --profile press --quiet -p hojo-press)
}

# ---- PostgreSQL: private, on a Unix socket -------------------------------------------------

find_postgres() {
  local d
  if command -v initdb >/dev/null && command -v pg_ctl >/dev/null; then
    dirname "$(readlink -f "$(command -v initdb)")"
    return 0
  fi
  for d in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -Vr); do
    [ -x "$d/initdb" ] && { echo "$d"; return 0; }
  done
  return 1
}

# PostgreSQL refuses to run as root: then it runs as another user, who must reach its folder.
pg_user() { if id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi; }
pg_run() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u "$(pg_user)" -- "$@"); else "$@"; fi
}

pg_places() {
  pg_data=$var/pg
  if [ "$(id -u)" = 0 ]; then
    mkdir -p "$pg_data"
    chown "$(pg_user)" "$pg_data"
    # A checkout in root's own home cannot be reached by another user.
    if ! pg_run test -w "$pg_data"; then
      pg_data=/var/lib/hojo/$(printf %s "$root" | cksum | cut -d' ' -f1)
      mkdir -p "$pg_data"
      chown "$(pg_user)" "$pg_data"
    fi
  fi
  # The path of a Unix socket may have about 100 characters.
  pg_socket=$pg_data/socket
  if [ ${#pg_socket} -gt 85 ]; then pg_socket=/tmp/hojo-$(printf %s "$root" | cksum | cut -d' ' -f1); fi
  export HOJO_DATABASE_URL="postgres:///hojo?host=$pg_socket" HOJO_DATABASE_LOG=$pg_data/log
}

start_postgres() {
  local bin
  bin=$(find_postgres) || die "PostgreSQL が見つかりません"
  pg_places
  if [ ! -f "$pg_data/PG_VERSION" ]; then
    say "private PostgreSQL ($("$bin/initdb" --version | grep -o '[0-9.]*' | head -1)) in ${pg_data#"$root"/}"
    find "$pg_data" -mindepth 1 -delete
    pg_run "$bin/initdb" -D "$pg_data" -A trust -U postgres -E UTF8 --locale=C.UTF-8 >/dev/null
    cat <<EOF | pg_run tee -a "$pg_data/postgresql.conf" >/dev/null
listen_addresses = ''
unix_socket_directories = '$pg_socket'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
timezone = 'UTC'
EOF
  fi
  if [ "$(id -u)" = 0 ]; then
    mkdir -p "$pg_socket" && chown "$(pg_user)" "$pg_socket" && chmod 700 "$pg_socket"
  else
    mkdir -p "$pg_socket" && chmod 700 "$pg_socket"
  fi
  if ! pg_run "$bin/pg_ctl" -D "$pg_data" status >/dev/null 2>&1; then
    say "starting PostgreSQL"
    # What office IT asks is taken from the server's own log by the worker (HOJO_DATABASE_LOG).
    pg_run "$bin/pg_ctl" -D "$pg_data" -l "$pg_data/server.log" -w -o "-c logging_collector=on -c log_destination=stderr,jsonlog \
      -c log_directory=log -c log_filename=hojo-%Y-%m-%d.log -c log_timezone=UTC" start >/dev/null || {
      tail -5 "$pg_data/server.log" >&2
      die "PostgreSQL が起動しません"
    }
  fi
  pg_bin=$bin
  sql postgres -c "do \$\$ begin create role hojo_owner login createdb createrole; exception when duplicate_object then null; end \$\$"
  # So that every statement of office IT's own logins is written down (hojo database-access).
  sql postgres -c "grant set on parameter log_statement to hojo_owner"
}

stop_postgres() {
  pg_places
  local bin
  bin=$(find_postgres) && pg_run "$bin/pg_ctl" -D "$pg_data" -m fast stop >/dev/null 2>&1 || true
}

# sql DATABASE ARGS...: psql as the server's own superuser.
sql() {
  local database=$1
  shift
  "${pg_bin:-$(find_postgres)}/psql" -qXAt -v ON_ERROR_STOP=1 -h "$pg_socket" -U postgres -d "$database" "$@"
}

make_database() {
  [ "$(sql postgres -c "select 1 from pg_database where datname = '$1'")" = 1 ] && return 1
  sql postgres -c "create database $1 owner hojo_owner"
}

database_url() { echo "postgres:///$1?host=$pg_socket"; }

make_secret() {
  # The key that signs the checkpoints of the logs; a lost one is never replaced silently.
  export HOJO_AUDIT_KEY=$var/audit/key HOJO_AUDIT_COPY=$var/audit/checkpoints
  [ -s "$var/secret" ] || (umask 077 && head -c 48 /dev/urandom >"$var/secret")
}
