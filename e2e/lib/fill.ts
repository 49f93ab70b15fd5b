// Filling in a section of the form, as a person does: down the page, again for what appears while filling.

import assert from "node:assert/strict";
import type { Locator } from "playwright-core";

import { type Answer, type Answers, type Row, rowKeys } from "./examples.ts";
import { pdfFile } from "./files.ts";
import type { Person } from "./person.ts";

/** Waits until the page says that it has saved. */
export async function saved(person: Person): Promise<void> {
  await person.page.locator('[data-save-state][data-state="saved"]').waitFor({ timeout: 30_000 });
}

/** Fills everything the section asks and the answers hold. Leaves the page open, not yet sent on. */
export async function fillSection(person: Person, answers: Answers): Promise<string[]> {
  const done = new Set<string>();
  for (let round = 0; round < 8; round += 1) {
    const before = done.size;
    let typed = false;
    for (const id of await fields(person)) {
      if (done.has(id) || answers[id] === undefined || !(await complete(person, id, answers[id]))) continue;
      done.add(id);
      if (await fillField(person, id, answers[id])) typed = true;
    }
    if (done.size === before) break;
    if (typed) await settle(person);
  }
  return [...done];
}

/** Whether all that the answer is about is on the page: fixed rows may depend on another answer. */
async function complete(person: Person, id: string, answer: Answer): Promise<boolean> {
  if (typeof answer === "string" || Array.isArray(answer)) return true;
  const keys = rowKeys(id);
  for (const key of Object.keys(answer)) {
    if ((await person.page.locator(`main [name^="${id}[${keys.indexOf(key)}]."]`).count()) === 0) return false;
  }
  return true;
}

/** Fields that can be filled now. */
async function fields(person: Person): Promise<string[]> {
  return await person.page.locator("main form [data-field]").evaluateAll((all) =>
    all.filter((e) => e instanceof HTMLElement && e.offsetParent !== null && e.querySelector("input:not([type=hidden]), select, textarea"))
      .map((e) => e.getAttribute("data-field") ?? ""));
}

/** Lets fields appear that depend on others: by themselves with scripts, after saving without. */
async function settle(person: Person): Promise<void> {
  if ((await person.page.locator("main [data-slot]").count()) === 0) return;
  if ((await person.page.locator("main [data-save-state]").count()) === 0) return;
  if (person.scripts) {
    await person.page.waitForTimeout(300);
    await saved(person);
  } else {
    const here = person.path().split("?")[0] ?? "";
    await person.press("保存して一覧に戻る");
    await person.go(here);
  }
}

/** True when something was typed that was not there before: only then is there anything to save. */
async function fillField(person: Person, id: string, answer: Answer): Promise<boolean> {
  const box = person.page.locator(`main form [data-field="${id}"]`);
  if (answer === "file") {
    await attach(person, id, [`${id}.pdf`]);
    return false;
  }
  if (typeof answer === "string" || isTexts(answer)) return await set(box, id, answer);
  if (Array.isArray(answer)) return await rows(person, id, answer as Row[]);
  const keys = rowKeys(id);
  let typed = false;
  for (const [key, row] of Object.entries(answer)) {
    const at = keys.indexOf(key);
    assert.ok(at >= 0, `${id} has no row ${key}`);
    if (await fillRow(person, id, at, row)) typed = true;
  }
  return typed;
}

function isTexts(answer: Answer): answer is string[] {
  return Array.isArray(answer) && answer.every((one) => typeof one === "string");
}

async function rows(person: Person, id: string, all: Row[]): Promise<boolean> {
  let typed = false;
  for (const [at, row] of all.entries()) {
    const first = person.page.locator(`main [name^="${id}[${at}]."]`).first();
    if ((await first.count()) === 0) {
      const add = person.page.locator(`main button[name="_action"][value="add:${id}"]`);
      if (person.scripts) await add.click();
      else await person.pressLocator(add);
    }
    if (await fillRow(person, id, at, row)) typed = true;
  }
  return typed;
}

async function fillRow(person: Person, id: string, at: number, row: Row): Promise<boolean> {
  let typed = false;
  for (const [column, value] of Object.entries(row)) {
    if (await set(person.page.locator("main form"), `${id}[${at}].${column}`, value)) typed = true;
  }
  return typed;
}

/** One control, whatever it is. What it says already is left. */
async function set(box: Locator, name: string, value: string | string[]): Promise<boolean> {
  const control = box.locator(`[name="${name}"]:not([type=hidden])`);
  const kind = await control.first().evaluate((e) => (e instanceof HTMLSelectElement ? "select" : e instanceof HTMLInputElement ? e.type : "textarea"));
  if (kind === "radio" || kind === "checkbox") {
    let typed = false;
    for (const one of Array.isArray(value) ? value : [value]) {
      const button = box.locator(`[name="${name}"][value="${one}"]`);
      typed ||= !(await button.isChecked());
      await button.check();
    }
    return typed;
  }
  // Amounts are written with separators.
  if ((await control.inputValue()).replaceAll(",", "") === String(value).replaceAll(",", "")) return false;
  if (kind === "select") await control.selectOption(String(value));
  else {
    await control.fill(String(value));
    // A code that is looked up by typing closes its list when one goes on.
    if ((await control.getAttribute("data-kind")) === "lookup") await control.press("Escape");
  }
  return true;
}

/** Attaches PDFs to a file field and waits until they are accepted. */
export async function attach(person: Person, id: string, names: string[]): Promise<void> {
  const input = person.page.locator(`main input[type="file"][name="${id}"]`);
  await input.setInputFiles(names.map(pdfFile));
  if (!person.scripts) await person.pressLocator(person.page.locator(`main [data-field="${id}"] [data-upload-send]`));
  await person.page.locator(`[id="f-${id}-files"]`).getByText("受け取りました").first().waitFor();
}

/** Every section of the task list, one after the other. */
export async function walkSections(person: Person, filing: string, answers: Answers): Promise<void> {
  await person.go(filing, "");
  const visited = new Set<string>();
  for (;;) {
    const all = await person.page.locator(`main a[href*="${filing}/sections/"]`).evaluateAll((links) => links.map((a) => a.getAttribute("href") ?? ""));
    const next = all.find((href) => !visited.has(href));
    if (!next) break;
    visited.add(next);
    await person.go(next, "empty");
    const filled = await fillSection(person, answers);
    if (person.scripts && filled.length > 0 && !next.includes("attachments")) {
      await saved(person);
      await person.reads(/保存しました \d\d:\d\d/);
    }
    await person.look("filled");
    await person.press("保存して一覧に戻る", "going");
    assert.equal(person.path().split("?")[0], filing, `${next} was not left: ${await person.words()}`);
  }
  assert.ok(visited.size >= 15, `only ${visited.size} sections`);
}

/** A form that judges without saving (対象者チェック, 試算): what the answers make appear comes with the next answer of the server. */
export async function tryOut(person: Person, answers: Answers, action: string): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    const filled = await fillSection(person, answers);
    await person.press(action, "answered");
    if (filled.length === Object.keys(answers).length) return;
  }
}
