// 版の切替の旅: the office puts another edition in force for a round that is open. Two people, a moment, a company that is
// told, and a draft that moves with what was typed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Person, atDesk } from "../lib/person.ts";
import { pagesAreSound } from "../lib/story.ts";

const edition = "shinjigyo-monodukuri/2026-r2@1.0";
let request: string;

/** Day and clock in Japan, so many minutes from now, as people type them. */
function moment(minutes: number): { day: string; clock: string } {
  const there = new Date(Date.now() + (minutes + 9 * 60) * 60_000).toISOString();
  return { day: there.slice(0, 10), clock: there.slice(11, 16) };
}

test("版の切替：管理者が適用の日時を決めて起案し、影響を見る", async () => {
  const manager = await atDesk("manager1");
  await manager.go("/editions");
  await manager.page.locator('main [name="round"]').selectOption({ label: "第3回公募" });
  await manager.page.locator('main [name="edition"]').selectOption(edition);
  await manager.press("違いと影響を見る", "proposing");
  const { day, clock } = moment(2);
  await manager.type("day", day);
  await manager.type("clock", clock);
  await manager.page.locator('main [name="drafts"][value="ask"]').check();
  await manager.type("reason", "次の公募要領に合わせるため");
  await manager.press("起案する", "proposed");
  request = manager.path().split("?")[0] ?? "";
  await manager.reads("別の人の承認を待っています", "起案した時の影響");
  await manager.press("試行を始める", "tried on the drafts");
  await manager.eventually("終わりました。");
});

test("版の切替：起案した人は承認できず、別の人が承認すると、その時刻に切り替わる", async () => {
  const manager = await atDesk("manager1");
  assert.equal(await manager.button("承認する").count(), 0, "whoever proposed approves");
  const second = await atDesk("manager2");
  await second.go(request, "to approve");
  await second.press("承認する", "approved");
  await second.eventually(/適用しました|適用済み/, 240);
});

test("版の切替：作成中の申請者に知らされ、入力を残して新しい様式に移る", async () => {
  const company = await Person.at("portal", "redrafting");
  await company.signInWithGbizId("hinode");
  await company.eventually("改定により", 60);
  await company.look("told of the change");
  await company.followHref("/upgrade", "map");
  await company.reads("そのまま引き継ぐ項目", "省力化・デジタル化の取組");
  await company.press("新しい様式に引き継ぐ", "moved");
  await company.reads("新しい様式に引き継ぎました", "以前の様式での回答");
  await company.follow("入力を続ける", "moved draft");
  await company.go(`${company.path().split("?")[0]}/check`, "moved, with what is new");
  await company.reads("未入力の必須項目");
  await company.go("/me", "moved");
  assert.doesNotMatch(await company.words(), /改定により/);
  await company.leave();
});

pagesAreSound("版の切替");
