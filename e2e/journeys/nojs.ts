// 申請者の旅、スクリプトなし: the same main path with plain forms.

import assert from "node:assert/strict";
import { test } from "node:test";

import { answersOf } from "../lib/examples.ts";
import { disguised } from "../lib/files.ts";
import { tryOut, walkSections } from "../lib/fill.ts";
import { Person, download, mustBePdf } from "../lib/person.ts";
import { pagesAreSound } from "../lib/story.ts";

const answers = answersOf("manufacturer-22");
let company: Person;
let filing: string;

test("スクリプトなし：公開ページと試算", async () => {
  company = await Person.at("portal", "nojs", { scripts: false });
  await company.go("/");
  await company.go("/simulation");
  await tryOut(company, answersOf("sim", "simulation"), "試算する");
  await company.reads("補助金の目安", "10,000,000円");
});

test("スクリプトなし：ログインして申請を始め、すべての節に入力する", async () => {
  await company.signInAsCompany(141);
  await company.press(/申請を始める/);
  filing = company.path();
  await walkSections(company, filing, answers);
});

test("スクリプトなし：開けないファイルは理由とともに断られ、ほかの入力は残る", async () => {
  await company.go(`${filing}/sections/attachments`, "filled");
  const slot = company.page.locator('main [data-field="att_supplement"]');
  await slot.locator('input[type="file"]').setInputFiles(disguised);
  await company.pressLocator(slot.locator("[data-upload-send]"), "refused");
  await company.reads("受け取れません", "受け取りました");
});

test("スクリプトなし：古い画面から保存しても、先の保存を上書きしない", async () => {
  company.allowed.add(409);
  const path = `${filing}/sections/outline`;
  await company.go(path, "filled");
  const second = await company.tab();
  await second.go(path, "filled");
  await second.type("plan_title", "先に保存した計画名");
  await second.press("保存して一覧に戻る");
  await company.type("plan_title", "あとから保存する計画名");
  await company.press("保存して一覧に戻る", "conflict");
  await company.reads("先に保存", "まだ何も上書きしていません", "先に保存した計画名");
  assert.equal(await company.page.inputValue('[name="plan_title"]'), "あとから保存する計画名");
  await company.press("保存して一覧に戻る");
  await second.page.close();
});

test("スクリプトなし：確認して提出し、控えのPDFを得る", async () => {
  await company.go(`${filing}/check`, "ready");
  for (const box of await company.page.locator('main [name="confirm"]').all()) await box.check();
  await company.page.locator('main [name="declare"]').check();
  await company.press("提出する");
  await company.reads("申請を受け付けました", "受付番号");
  await company.eventually("提出した内容の控え（PDF）を開く");
  const href = await company.page.getByRole("link", { name: /提出した内容の控え/ }).getAttribute("href");
  mustBePdf(await download(company, href ?? ""));
  await company.leave();
});

pagesAreSound("スクリプトなし");
