# ./start --smoke: the main job once, over real HTTP, in a world that is gone afterwards. Sourced by ./start.
# shellcheck shell=bash

. "$root/scripts/world.sh"
smoke_limit=300
smoke_started=$(date +%s)
open_world smoke

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

"$hojo" demo answers --edition "$edition" --login aozora --closes "$(date -u -d '+10 days' +%Y-%m-%d)" >"$world/answers.json"

serve_world

SMOKE_PORTAL=$portal SMOKE_OFFICE=$office SMOKE_MAILBOX=$mailbox SMOKE_STAFF=$smoke_staff \
  SMOKE_ANSWERS=$world/answers.json SMOKE_PASSWORD=$HOJO_NEW_PASSWORD \
  timeout $((smoke_limit - ($(date +%s) - smoke_started))) node "$root/e2e/smoke.mjs"
