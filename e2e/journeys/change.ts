// 制度変更の旅: a limit, a label, a required mark and a letter's words change in the files alone. A new draft shows the
// change; a case filed before keeps its edition.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { answersOf } from "../lib/examples.ts";
import { walkSections } from "../lib/fill.ts";
import { Person, atDesk } from "../lib/person.ts";
import { pagesAreSound, told } from "../lib/story.ts";
import { hojo, root } from "../lib/world.ts";

const label = "会社の公式サイト";
const words = "提出された応募申請について、次の点をお確かめください。直したあと、期限までにもう一度提出してください。";
const office = "operator3";
let person: Person;
let filing: string;

/** Every replacement must find its text: a journey that changes nothing proves nothing. */
function change(file: string, from: string, to: string): void {
  const text = readFileSync(file, "utf8");
  assert.ok(text.includes(from), `${file} no longer says ${from}`);
  writeFileSync(file, text.replace(from, to));
}

function day(days: number): string {
  return `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 19)}Z`;
}

test("制度変更：定義のファイルだけを変えて、新しい版を公開する", () => {
  const folder = mkdtempSync(join(tmpdir(), "hojo-e2e-"));
  try {
    cpSync(join(root, "programmes/shinjigyo-monodukuri"), folder, { recursive: true });
    const edition = join(folder, "2026-r1");
    const form = join(edition, "procedures/application/form");
    change(join(edition, "edition.yaml"), 'version: "1.0"', 'version: "1.1"');
    change(join(form, "02-company.yaml"), "{ id: website, label: ウェブサイト, type: url,", `{ id: website, label: ${label}, type: url, required: true,`);
    change(join(form, "05-frame.yaml"), "{ id: plan_summary, label: 事業計画の概要, type: paragraph 100,", "{ id: plan_summary, label: 事業計画の概要, type: paragraph 60,");
    // What is required now belongs into the complete example, or publishing would refuse: examples must hold.
    change(join(edition, "procedures/application/examples/00-bases.yaml"), "      name_kana: カブシキガイシャミホンセイキ\n", "      name_kana: カブシキガイシャミホンセイキ\n      website: https://mihon.example.jp/\n");
    const letter = join(edition, "procedures/application/letters/return-notice.yaml");
    const body = /body:\n {2}- "(.*)"\n/.exec(readFileSync(letter, "utf8"))?.[1];
    assert.ok(body);
    change(letter, body, words);
    const run = (...args: string[]) => execFileSync(hojo, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    const said = run("definitions", "diff", join(root, "programmes/shinjigyo-monodukuri/2026-r1"), edition);
    assert.match(said, new RegExp(label));
    run("definitions", "publish", edition, "--by", "policy-one", "--approved-by", "policy-two", "--round", "r3", "--title", "第3回公募", "--opens", day(-20), "--closes", day(60));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("制度変更：新しい下書きには、変えた上限、項目名、必須の印が出る", async () => {
  person = await Person.at("portal", "change");
  await person.signInAsCompany(221);
  await person.press(/申請を始める/);
  filing = person.path();
  await person.go(`${filing}/sections/applicant`, "changed");
  const website = await person.page.locator('main [data-field="website"]').innerText();
  assert.match(website, new RegExp(`${label}\\s*※必須`), website);
  await person.go(`${filing}/sections/outline`, "changed");
  assert.match(await person.page.locator('main [data-field="plan_summary"]').innerText(), /\/ 60文字/);
});

test("制度変更：前に提出した申請は、もとの版のまま", async () => {
  const company = await Person.at("portal", "applicant");
  await company.signInWithGbizId(told("account"));
  await company.go(`${told("case")}/submissions/1`);
  const text = await company.words();
  assert.ok(text.includes("ウェブサイト") && !text.includes(label));
  await company.leave();
});

test("制度変更：新しい版の申請を差し戻すと、変えた文の通知書が届く", async () => {
  const answers = { ...answersOf("manufacturer-22"), website: "https://ashita.example/" };
  await walkSections(person, filing, answers);
  await person.go(`${filing}/check`, "changed");
  for (const box of await person.page.locator('main [name="confirm"]').all()) await box.check();
  await person.page.locator('main [name="declare"]').check();
  await person.press("提出する", "changed");
  const number = await person.page.locator("main dd strong, main strong").first().innerText();
  const desk = await atDesk(office);
  await desk.go(`/queue?q=${encodeURIComponent(number)}`, "filtered");
  await desk.pressLocator(desk.page.getByRole("link", { name: number }).first());
  const at = desk.path().split("?")[0] ?? "";
  await desk.go(`${at}/examine?remark=plan_title&wording=title_error`, "remarking");
  await desk.press("指摘を追加する", "remarked");
  await desk.go(`${at}/return`);
  await desk.press("差し戻す", "returned");
  await person.go("/letters");
  await person.eventually(/差戻し通知書/, 90);
  await person.pressLocator(person.page.locator('main a[href^="/letters/"]').first(), "return notice");
  await person.reads(words);
  await person.leave();
});

pagesAreSound("制度変更");
