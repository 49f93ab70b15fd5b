// A procedure of a case, hand by hand: begun, filled in, handed in, checked, drafted, approved, told.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { now } from "./clock.ts";
import { type Answer, type Answers, type Row, answersOf } from "./examples.ts";
import { fillSection } from "./fill.ts";
import { type Person, atDesk } from "./person.ts";

/** The stand-in's login of a case of the demonstration world, by what its tale says (`app/src/demo/lives/tales.rs`). */
export function loginOf(tale: string): string {
  const file = process.env["E2E_MARK"];
  assert.ok(file, "E2E_MARK is not set: start the journeys with e2e/run");
  const line = readFileSync(file, "utf8").split("\n").find((one) => one.includes(tale));
  assert.ok(line, `the world tells no tale of ${tale}`);
  return line.trim().split(/\s+/)[0] ?? "";
}

/** A day so many days from now, as people type it. */
export function day(days: number): string {
  return new Date(now().getTime() + days * 86_400_000).toISOString().slice(0, 10);
}

/** The example's answers as of today: days and months move together by whole months. */
export function asOfToday(id: string, procedure: string, told: string): Answers {
  const today = now();
  const then = new Date(told);
  let months = (today.getUTCFullYear() - then.getUTCFullYear()) * 12 + today.getUTCMonth() - then.getUTCMonth();
  if (today.getUTCDate() < then.getUTCDate()) months -= 1;
  return Object.fromEntries(Object.entries(answersOf(id, procedure)).map(([field, answer]) => [field, moved(answer, months)]));
}

function moved(answer: Answer, months: number): Answer {
  if (typeof answer === "string") return movedText(answer, months);
  if (Array.isArray(answer)) return answer.map((one) => (typeof one === "string" ? one : movedRow(one, months))) as Answer;
  return Object.fromEntries(Object.entries(answer).map(([key, row]) => [key, movedRow(row, months)]));
}

function movedRow(row: Row, months: number): Row {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, typeof value === "string" ? movedText(value, months) : value]));
}

function movedText(text: string, months: number): string {
  const found = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(text);
  if (!found) return text;
  const count = Number(found[1]) * 12 + Number(found[2]) - 1 + months;
  const [year, month] = [Math.floor(count / 12), (count % 12) + 1];
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const short = `${year}-${String(month).padStart(2, "0")}`;
  return found[3] ? `${short}-${String(Math.min(Number(found[3]), last)).padStart(2, "0")}` : short;
}

/** The case of whoever is signed in, from the first page. */
export async function caseOf(person: Person): Promise<string> {
  await person.go("/me");
  const href = await person.page.locator('main a[href$="/procedures"]').first().getAttribute("href");
  assert.ok(href, `${person.who} has no case that goes on`);
  return href.replace("/procedures", "");
}

/** Begins a procedure on the page of the case, or goes on with its draft; gives the filing. */
export async function begin(person: Person, at: string, title: string): Promise<string> {
  await person.go(`${at}/procedures`);
  if ((await person.button(`${title}を始める`).count()) > 0) await person.press(`${title}を始める`, title);
  else await person.pressLocator(person.page.locator('main a[href^="/filings/"]').filter({ hasText: title }).first(), title);
  return person.path().split("?")[0] ?? "";
}

/** The office begins a procedure of its own motion; gives where it is typed in. */
export async function ours(desk: string, procedure: string): Promise<string> {
  const operator = await atDesk("operator1");
  await operator.go(`${desk}/begin`, "list");
  await operator.go(`${desk}/begin?procedure=${procedure}&by=office`, "form");
  await operator.press("始めて入力する", procedure);
  return operator.path().split("?")[0] ?? "";
}

/** Types the answers, section by section; an answer may make another section appear. */
export async function fill(person: Person, filing: string, answers: Answers, title: string): Promise<void> {
  await person.go(filing, title);
  const visited = new Set<string>();
  for (;;) {
    const all = await person.page.locator(`main a[href*="${filing}/sections/"]`).evaluateAll((links) => links.map((a) => a.getAttribute("href") ?? ""));
    const section = all.find((href) => !visited.has(href));
    if (!section) return;
    visited.add(section);
    await person.go(section, title);
    const filled = await fillSection(person, answers);
    await person.press("保存して一覧に戻る", title);
    const row = person.page.locator("main .tasks__row", { has: person.page.locator(`a[href="${section}"]`) });
    if ((await row.count()) > 0 && (await row.innerText()).includes("入力済み")) continue;
    // What an answer makes appear is there at the latest when the page is opened again.
    const rest = Object.fromEntries(Object.entries(answers).filter(([id]) => !filled.includes(id)));
    await person.go(section, title);
    await fillSection(person, rest);
    await person.press("保存して一覧に戻る", title);
  }
}

/** The name the form knows the company by. */
export async function nameOn(person: Person, filing: string): Promise<string> {
  await person.go(`${filing}/check`, "not filled");
  return /商号又は名称\n(.+)\n/.exec(await person.words())?.[1] ?? "";
}

/** Hands it in; gives the receipt number. */
export async function submit(person: Person, filing: string, title: string): Promise<string> {
  await person.go(`${filing}/check`, title);
  for (const box of await person.page.locator('main [name="confirm"]').all()) await box.check();
  const declare = person.page.locator('main [name="declare"]');
  assert.ok((await declare.count()) > 0, `${title} cannot be handed in: ${(await person.words()).slice(0, 900)}`);
  await declare.check();
  await person.press(/^(再提出する|提出する)$/, title);
  await person.reads("受け付けました");
  const number = /[A-Z0-9]+-\d{5}/.exec(await person.words())?.[0];
  assert.ok(number, `${title} has no receipt number`);
  return number;
}

/** The desk of what has this number. */
export async function open(person: Person, number: string): Promise<string> {
  await person.go(`/queue?q=${encodeURIComponent(number)}`, "filtered");
  await person.pressLocator(person.page.getByRole("link", { name: number, exact: true }).first(), "run");
  return person.path().split("?")[0] ?? "";
}

/** A remark with a wording of the edition, and back to the company. */
export async function sendBack(desk: string, field: string, wording: string, login = "operator1"): Promise<void> {
  const operator = await atDesk(login);
  await operator.go(`${desk}/examine?remark=${field}&wording=${wording}`, "run remarking");
  await operator.press("指摘を追加する", "run remarked");
  await operator.go(`${desk}/return`, "run");
  await operator.press("差し戻す", "run returned");
}

/** Everything fits; a second person agrees where the flow asks for one. */
export async function check(desk: string, second?: string): Promise<void> {
  const operator = await atDesk("operator1");
  await operator.go(`${desk}/examine`, "run");
  const names = await operator.page.locator('main input[type=radio][name^="item_"]').evaluateAll((all) => [...new Set(all.map((e) => e.getAttribute("name") ?? ""))]);
  for (const name of names) await operator.page.locator(`main input[type=radio][name="${name}"]`).first().check();
  await operator.press(/保存して、一次の確認を終える/, "run finishing");
  await operator.page.locator('main [name="result"][value="passed"]').check();
  await operator.press("一次の形式確認を終える", "run checked");
  if (!second) return;
  const other = await atDesk(second);
  await other.go(`${desk}/examine/second`, "run");
  await other.page.locator('main [name="agrees"][value="yes"]').check();
  await other.press("二次の形式確認を終える", "run passed");
}

/** 起案, 決裁, and 中小機構 where the flow asks it. */
export async function decide(desk: string, outcome: string, reason: string, conditions = ""): Promise<void> {
  const drafter = await atDesk("manager1");
  await drafter.go(`${desk}/ruling`);
  await drafter.choose("outcome", outcome);
  await drafter.type("reason", reason);
  if (conditions) await drafter.type("conditions", conditions);
  await drafter.press("確認へ進む", "preview");
  await drafter.press("起案する", "drafted");
  const second = await atDesk("manager2");
  await second.go("/approvals");
  await second.go(`${desk}/approve`);
  await second.press("決裁する", "approved");
  const agency = await atDesk("supervisor");
  await agency.go("/approvals", "agency");
  if ((await agency.page.locator(`main a[href="${desk}/agency"]`).count()) === 0) return;
  await agency.go(`${desk}/agency`);
  await agency.press("承認する", "agency approved");
}
