// From the check to the result: reviewers are assigned and score, and the round is decided.

import assert from "node:assert/strict";

import { saved } from "./fill.ts";
import { type Person, atDesk } from "./person.ts";

/** Names as the demonstration world has them, by login. */
export const reviewers: Record<string, string> = {
  "藤井 正樹": "reviewer1", "森本 さやか": "reviewer2", "原田 修一": "reviewer3", "内藤 由紀": "reviewer4", "小池 隆": "reviewer5",
  "平野 千秋": "reviewer6", "宮田 大輔": "reviewer7", "菅原 美和": "reviewer8", "岩崎 聡": "reviewer9",
};

/** The page on which a case's reviewers are chosen. */
export async function openAssignment(manager: Person, number: string, label = ""): Promise<void> {
  await manager.go("/assignments?show=all", "all");
  await manager.pressLocator(manager.page.getByRole("link", { name: number }).first(), label);
}

/** As many more as are needed; gives the logins of the three. */
export async function assign(manager: Person, more: number): Promise<string[]> {
  for (let at = 0; at < more; at += 1) await manager.press("割り当てる", "assigned");
  return await chosen(manager);
}

/** Whom the page names, but for `leaving`. */
export async function chosen(manager: Person, leaving = ""): Promise<string[]> {
  const words = await manager.page.locator("main table").first().innerText();
  const logins = Object.entries(reviewers).filter(([name, login]) => words.includes(name) && login !== leaving).map(([, login]) => login);
  assert.equal(logins.length, 3, words);
  return logins;
}

/** A reviewer opens the own list and what is to be declared about. */
export async function openReview(person: Person, number: string): Promise<void> {
  await person.go("/review");
  await person.pressLocator(person.page.getByRole("link", { name: number }).first(), "declaring");
}

export async function declareNoConflict(person: Person): Promise<void> {
  await person.page.locator('main [name="conflict"][value="none"]').check();
  await person.press("申告する", "sheet");
}

/** Marks and words for every item of the sheet, kept by the page itself. */
export async function score(person: Person): Promise<void> {
  const names = await person.page.locator('main input[type=radio][name^="points."]').evaluateAll((all) => [...new Set(all.map((e) => e.getAttribute("name") ?? ""))]);
  assert.ok(names.length >= 5);
  for (const name of names) {
    const value = name === "points.eligibility" ? "pass" : "4";
    await person.page.locator(`main [name="${name}"][value="${value}"]`).check();
    await person.type(name.replace("points.", "comment."), "計画の根拠が数字とともに具体的に示されており、実現の見通しが立つ。");
  }
  await person.type("overall", "医療機器部品への展開は自社の加工技術を生かしたものであり、投資額に見合う効果が見込める。賃上げの計画も数字の裏付けがある。");
  await saved(person);
}

export async function finalise(person: Person): Promise<void> {
  await person.press(/確定前の確認へ進む/, "confirming");
  await person.press("この内容で確定する", "final");
  await person.reads("採点は確定済みです");
}

/** A simulation of the round; gives where it is. */
export async function simulate(manager: Person, name: string): Promise<string> {
  await manager.go("/runs/new");
  await manager.type("name", name);
  await manager.type("total", "8,000,000,000");
  await manager.press(/実行|作成/, "made");
  const run = manager.path().split("?")[0] ?? "";
  assert.match(run, /^\/runs\//);
  return run;
}

/** By another person than the one who made it. */
export async function commit(run: string, login: string): Promise<void> {
  const other = await atDesk(login);
  await other.go(`${run}/commit`, "other");
  await other.press(/採否を確定/, "committed");
}
