# A world of its own on ports of its own, gone when its script ends. Sourced by smoke.sh and security.sh, which have
# said which binary is $hojo.
# shellcheck shell=bash

# open_world NAME: folder, database, secrets and addresses; from here on everything is taken away at the end.
open_world() {
  world_db=hojo_${1}_$$
  world=$var/$1-$$
  world_name=$1
  world_pids=()
  # Ports of this run: ten in a row, apart from those of ./start.
  world_base=$((20000 + ($$ % 1000) * 10))
  trap close_world EXIT
  trap 'exit 130' INT TERM

  mkdir -p "$world"
  (umask 077 && head -c 48 /dev/urandom >"$world/secret")
  export HOJO_AUDIT_KEY=$world/audit-key HOJO_AUDIT_COPY=$world/checkpoints
  "$hojo" audit key >/dev/null
  make_database "$world_db"

  portal=http://localhost:$((world_base))
  office=http://localhost:$((world_base + 1))
  api=http://localhost:$((world_base + 2))
  mailbox=http://127.0.0.1:$((world_base + 6))
  HOJO_DATABASE_URL=$(database_url "$world_db")
  export HOJO_DATABASE_URL
  export HOJO_VAULT=$world/vault HOJO_SECRET_FILE=$world/secret
  export HOJO_PORTAL_LISTEN=127.0.0.1:$((world_base)) HOJO_PORTAL_URL=$portal
  export HOJO_OFFICE_LISTEN=127.0.0.1:$((world_base + 1)) HOJO_OFFICE_URL=$office
  export HOJO_API_LISTEN=127.0.0.1:$((world_base + 2)) HOJO_API_URL=$api
  export HOJO_FILES_LISTEN=127.0.0.1:$((world_base + 7)) HOJO_FILES_URL=http://localhost:$((world_base + 7))
  export HOJO_METRICS_LISTEN=127.0.0.1:$((world_base + 3))
  export HOJO_GBIZID_ISSUER=http://localhost:$((world_base + 4))/oauth/
  export HOJO_SMTP_PORT=$((world_base + 5))
  "$hojo" migrate
}

close_world() {
  local status=$?
  trap - EXIT INT TERM
  local p
  for p in "${world_pids[@]}"; do kill "$p" 2>/dev/null || true; done
  for p in "${world_pids[@]}"; do wait "$p" 2>/dev/null || true; done
  sql postgres -c "drop database if exists $world_db with (force)" >/dev/null 2>&1 || true
  if [ "$status" != 0 ] && [ -s "$world/hojo.log" ]; then
    say "last words of hojo:"
    tail -20 "$world/hojo.log" >&2
  fi
  rm -rf "$world"
  exit "$status"
}

# Starts everything and waits until it answers.
serve_world() {
  local up p
  "$target/release/hojo-standin" --listen "127.0.0.1:$((world_base + 4))" --state "$var/standin" --client-id hojo \
    --client-secret hojo-development --redirect-uri "$portal/sign-in/callback" --issuer "$HOJO_GBIZID_ISSUER" "$@" >"$world/standin.log" 2>&1 &
  world_pids+=($!)
  "$target/release/hojo-mailbox" --folder "$world/mail" --smtp "127.0.0.1:$HOJO_SMTP_PORT" --web "${mailbox#http://}" >"$world/mailbox.log" 2>&1 &
  world_pids+=($!)
  "$hojo" serve --site all --work >"$world/hojo.log" 2>&1 &
  world_pids+=($!)

  say "the system is starting on $portal"
  for _ in $(seq 150); do
    curl -fsS "$portal/readyz" >/dev/null 2>&1 && curl -fsS "$office/readyz" >/dev/null 2>&1 &&
      curl -fsS "${HOJO_GBIZID_ISSUER}.well-known/openid-configuration" >/dev/null 2>&1 && up=1 && break
    for p in "${world_pids[@]}"; do kill -0 "$p" 2>/dev/null || die "起動に失敗しました: $(tail -3 "$world"/*.log)"; done
    sleep 0.2
  done
  [ -n "${up:-}" ] || die "30秒以内に起動しませんでした"
}
