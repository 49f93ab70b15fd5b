// 外部審査員の旅: assigned by the manager, declares, scores with autosave, finalises; sees nobody else.

import assert from "node:assert/strict";
import { test } from "node:test";

import { type Person, atDesk } from "../lib/person.ts";
import { assign, chosen, declareNoConflict, finalise, openAssignment, openReview, reviewers, score } from "../lib/review.ts";
import { pagesAreSound, told } from "../lib/story.ts";

let manager: Person;
let assigned: string[] = [];

test("管理者：審査員3名を割り当て、利害関係のある人は選べない", async () => {
  manager = await atDesk("manager1");
  await manager.go("/reviewers");
  await manager.follow("岩崎 聡");
  await manager.choose("kind", "client");
  await manager.type("value", told("company"));
  await manager.press("追加する", "tied");
  await manager.reads(told("company"));
  await openAssignment(manager, told("number"));
  await manager.reads("不可");
  const tied = manager.page.locator("main tr", { hasText: "岩崎 聡" });
  assert.equal(await tied.getByRole("button").count(), 0, "whoever is tied cannot be chosen");
  assigned = await assign(manager, 3);
  await manager.reads("3 / 3名");
});

test("審査員：利益相反を申告すると担当から外れ、事務局が代わりを割り当てる", async () => {
  const leaving = assigned[0] ?? "";
  const person = await atDesk(leaving);
  await openReview(person, told("number"));
  assert.ok(!(await person.words()).includes("複合加工機"), "nothing of the application shows before the declaration");
  await person.page.locator('main [name="conflict"][value="conflict"]').check();
  await person.type("reason", "昨年度まで顧問をしていました。");
  await person.press("申告する", "recused");
  await openAssignment(manager, told("number"), "recused");
  await manager.reads("顧問");
  await manager.press("割り当てる", "assigned");
  assigned = await chosen(manager, leaving);
});

test("審査員：3名がそれぞれ採点し、自動で保存し、確定する", async () => {
  for (const [at, login] of assigned.entries()) {
    const person = await atDesk(login);
    await openReview(person, told("number"));
    await declareNoConflict(person);
    await person.reads("複合加工機");
    for (const other of Object.keys(reviewers)) {
      if (reviewers[other] !== login) assert.ok(!(await person.words()).includes(other), "a reviewer sees no other reviewer");
    }
    const sheet = person.path().split("?")[0] ?? "";
    if (at === 0) {
      await person.press(/確定前の確認へ進む/, "lacking");
      await person.reads(/評価/);
    }
    await score(person);
    await person.go(sheet, "scored");
    assert.ok(await person.page.locator('main [name="points.management"][value="4"]').isChecked(), "autosave kept the marks");
    await finalise(person);
    await person.go("/review", "after");
  }
});

pagesAreSound("審査員");
