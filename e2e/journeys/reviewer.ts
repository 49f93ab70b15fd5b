// 外部審査員の旅: assigned by the manager, declares, scores with autosave, finalises; sees nobody else.

import assert from "node:assert/strict";
import { test } from "node:test";

import { saved } from "../lib/fill.ts";
import { type Person, atDesk } from "../lib/person.ts";
import { pagesAreSound, told } from "../lib/story.ts";

let manager: Person;
let assigned: string[] = [];

/** Names as the demonstration world has them, by login. */
const logins: Record<string, string> = {
  "藤井 正樹": "reviewer1", "森本 さやか": "reviewer2", "原田 修一": "reviewer3", "内藤 由紀": "reviewer4", "小池 隆": "reviewer5",
  "平野 千秋": "reviewer6", "宮田 大輔": "reviewer7", "菅原 美和": "reviewer8", "岩崎 聡": "reviewer9",
};

test("管理者：審査員3名を割り当て、利害関係のある人は選べない", async () => {
  manager = await atDesk("manager1");
  await manager.go("/reviewers");
  await manager.follow("岩崎 聡");
  await manager.choose("kind", "client");
  await manager.type("value", told("company"));
  await manager.press("追加する", "tied");
  await manager.reads(told("company"));
  await manager.go("/assignments?show=all", "all");
  await manager.pressLocator(manager.page.getByRole("link", { name: told("number") }).first());
  await manager.reads("不可");
  const tied = manager.page.locator("main tr", { hasText: "岩崎 聡" });
  assert.equal(await tied.getByRole("button").count(), 0, "whoever is tied cannot be chosen");
  for (let at = 0; at < 3; at += 1) await manager.press("割り当てる", "assigned");
  await manager.reads("3 / 3名");
  const words = await manager.page.locator("main table").first().innerText();
  assigned = Object.entries(logins).filter(([name]) => words.includes(name)).map(([, login]) => login);
  assert.equal(assigned.length, 3, words);
});

test("審査員：利益相反を申告すると担当から外れ、事務局が代わりを割り当てる", async () => {
  const leaving = assigned[0] ?? "";
  const person = await atDesk(leaving);
  await open(person);
  assert.ok(!(await person.words()).includes("複合加工機"), "nothing of the application shows before the declaration");
  await person.page.locator('main [name="conflict"][value="conflict"]').check();
  await person.type("reason", "昨年度まで顧問をしていました。");
  await person.press("申告する", "recused");
  await manager.go("/assignments?show=all", "all");
  await manager.pressLocator(manager.page.getByRole("link", { name: told("number") }).first(), "recused");
  await manager.reads("顧問");
  await manager.press("割り当てる", "assigned");
  const words = await manager.page.locator("main table").first().innerText();
  assigned = Object.entries(logins).filter(([name, login]) => words.includes(name) && login !== leaving).map(([, login]) => login);
  assert.equal(assigned.length, 3, words);
});

async function open(person: Person): Promise<void> {
  await person.go("/review");
  await person.pressLocator(person.page.getByRole("link", { name: told("number") }).first(), "declaring");
}

test("審査員：3名がそれぞれ採点し、自動で保存し、確定する", async () => {
  for (const [at, login] of assigned.entries()) {
    const person = await atDesk(login);
    await open(person);
    await person.page.locator('main [name="conflict"][value="none"]').check();
    await person.press("申告する", "sheet");
    await person.reads("複合加工機");
    for (const other of Object.keys(logins)) {
      if (logins[other] !== login) assert.ok(!(await person.words()).includes(other), "a reviewer sees no other reviewer");
    }
    await score(person, at);
    await person.press(/確定前の確認へ進む/, "confirming");
    await person.press("この内容で確定する", "final");
    await person.reads("採点は確定済みです");
    await person.go("/review", "after");
  }
});

async function score(person: Person, at: number): Promise<void> {
  const sheet = person.path().split("?")[0] ?? "";
  if (at === 0) {
    await person.press(/確定前の確認へ進む/, "lacking");
    await person.reads(/評価/);
  }
  const names = await person.page.locator('main input[type=radio][name^="points."]').evaluateAll((all) => [...new Set(all.map((e) => e.getAttribute("name") ?? ""))]);
  assert.ok(names.length >= 5);
  for (const name of names) {
    const value = name === "points.eligibility" ? "pass" : "4";
    await person.page.locator(`main [name="${name}"][value="${value}"]`).check();
    await person.type(name.replace("points.", "comment."), "計画の根拠が数字とともに具体的に示されており、実現の見通しが立つ。");
  }
  await person.type("overall", "医療機器部品への展開は自社の加工技術を生かしたものであり、投資額に見合う効果が見込める。賃上げの計画も数字の裏付けがある。");
  await saved(person);
  await person.go(sheet, "scored");
  assert.ok(await person.page.locator('main [name="points.management"][value="4"]').isChecked(), "autosave kept the marks");
}

pagesAreSound("審査員");
