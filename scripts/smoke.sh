# ./start --smoke: the main job once, over real HTTP, in a world that is gone afterwards. Sourced by ./start.
# shellcheck shell=bash

smoke_db=hojo_smoke_$$
smoke=$var/smoke-$$
smoke_pids=()
smoke_limit=300
# Ports of this run: ten in a row, apart from those of ./start.
smoke_base=$((20000 + ($$ % 1000) * 10))

smoke_end() {
  local status=$?
  trap - EXIT INT TERM
  local p
  for p in "${smoke_pids[@]}"; do kill "$p" 2>/dev/null || true; done
  for p in "${smoke_pids[@]}"; do wait "$p" 2>/dev/null || true; done
  sql postgres -c "drop database if exists $smoke_db with (force)" >/dev/null 2>&1 || true
  if [ "$status" != 0 ] && [ -s "$smoke/hojo.log" ]; then
    say "last words of hojo:"
    tail -20 "$smoke/hojo.log" >&2
  fi
  rm -rf "$smoke"
  exit "$status"
}
trap smoke_end EXIT
trap 'exit 130' INT TERM

smoke_started=$(date +%s)
mkdir -p "$smoke"
(umask 077 && head -c 48 /dev/urandom >"$smoke/secret")
export HOJO_AUDIT_KEY=$smoke/audit-key HOJO_AUDIT_COPY=$smoke/checkpoints
"$hojo" audit key >/dev/null
make_database "$smoke_db"

portal=http://localhost:$((smoke_base))
office=http://localhost:$((smoke_base + 1))
export HOJO_DATABASE_URL
HOJO_DATABASE_URL=$(database_url "$smoke_db")
export HOJO_VAULT=$smoke/vault HOJO_SECRET_FILE=$smoke/secret
export HOJO_PORTAL_LISTEN=127.0.0.1:$((smoke_base)) HOJO_PORTAL_URL=$portal
export HOJO_OFFICE_LISTEN=127.0.0.1:$((smoke_base + 1)) HOJO_OFFICE_URL=$office
export HOJO_API_LISTEN=127.0.0.1:$((smoke_base + 2)) HOJO_API_URL=http://localhost:$((smoke_base + 2))
export HOJO_FILES_LISTEN=127.0.0.1:$((smoke_base + 7)) HOJO_FILES_URL=http://localhost:$((smoke_base + 7))
export HOJO_METRICS_LISTEN=127.0.0.1:$((smoke_base + 3))
export HOJO_GBIZID_ISSUER=http://localhost:$((smoke_base + 4))/oauth/
export HOJO_SMTP_PORT=$((smoke_base + 5))

"$hojo" migrate
opens=$(date -u -d '-1 day' +%Y-%m-%dT%H:%M:%SZ) closes=$(date -u -d '+10 days' +%Y-%m-%dT%H:%M:%SZ)
"$hojo" definitions publish "$edition" --by smoke --approved-by "another person" --round smoke --opens "$opens" --closes "$closes"
"$hojo" staff roles "$root/db/roles.toml"
"$hojo" staff detections "$root/db/detections.toml"

# Everybody gets a password and a one-time secret of this run.
HOJO_NEW_PASSWORD=smoke-$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n')
export HOJO_NEW_PASSWORD
smoke_staff=
smoke_add() { # LOGIN NAME ROLE [--reviewer]
  local uri
  uri=$("$hojo" staff add --login "$1" --name "$2" --role "$3" ${4:+"$4"})
  smoke_staff+="$1 $(printf %s "$uri" | sed 's/.*secret=\([A-Z2-7]*\).*/\1/')"$'\n'
}
smoke_add operator1 "佐伯 直美" operator
smoke_add operator2 "高橋 亮" operator
smoke_add manager1 "三浦 恵子" manager
smoke_add manager2 "大野 健一" manager
smoke_add reviewer1 "藤井 正樹" reviewer --reviewer
smoke_add reviewer2 "森本 さやか" reviewer --reviewer
smoke_add reviewer3 "原田 修一" reviewer --reviewer

"$hojo" demo answers --edition "$edition" --login aozora --closes "$(date -u -d '+10 days' +%Y-%m-%d)" >"$smoke/answers.json"

"$target/release/hojo-standin" --listen "127.0.0.1:$((smoke_base + 4))" --state "$var/standin" --client-id hojo \
  --client-secret hojo-development --redirect-uri "$portal/sign-in/callback" --issuer "$HOJO_GBIZID_ISSUER" >"$smoke/standin.log" 2>&1 &
smoke_pids+=($!)
"$target/release/hojo-mailbox" --folder "$smoke/mail" --smtp "127.0.0.1:$HOJO_SMTP_PORT" --web "127.0.0.1:$((smoke_base + 6))" >"$smoke/mailbox.log" 2>&1 &
smoke_pids+=($!)
"$hojo" serve --site all --work >"$smoke/hojo.log" 2>&1 &
smoke_pids+=($!)

say "the system is starting on $portal"
for _ in $(seq 150); do
  curl -fsS "$portal/readyz" >/dev/null 2>&1 && curl -fsS "$office/readyz" >/dev/null 2>&1 &&
    curl -fsS "${HOJO_GBIZID_ISSUER}.well-known/openid-configuration" >/dev/null 2>&1 && smoke_up=1 && break
  for p in "${smoke_pids[@]}"; do kill -0 "$p" 2>/dev/null || die "起動に失敗しました: $(tail -3 "$smoke"/*.log)"; done
  sleep 0.2
done
[ -n "${smoke_up:-}" ] || die "30秒以内に起動しませんでした"

SMOKE_PORTAL=$portal SMOKE_OFFICE=$office SMOKE_MAILBOX=http://127.0.0.1:$((smoke_base + 6)) SMOKE_STAFF=$smoke_staff \
  SMOKE_ANSWERS=$smoke/answers.json SMOKE_PASSWORD=$HOJO_NEW_PASSWORD \
  timeout $((smoke_limit - ($(date +%s) - smoke_started))) node "$root/e2e/smoke.mjs"
