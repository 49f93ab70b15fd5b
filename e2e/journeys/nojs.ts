// 申請者の旅、スクリプトなし: the same main path with plain forms.

import assert from "node:assert/strict";
import { test } from "node:test";

import { answersOf } from "../lib/examples.ts";
import { disguised } from "../lib/files.ts";
import { tryOut, walkSections } from "../lib/fill.ts";
import { Person, download, mustBePdf } from "../lib/person.ts";
import { pagesAreSound } from "../lib/story.ts";

const answers = answersOf("manufacturer-22");
let hinode: Person;
let filing: string;

test("スクリプトなし：公開ページと試算", async () => {
  hinode = await Person.at("portal", "nojs", { scripts: false });
  await hinode.go("/");
  await hinode.go("/simulation");
  await tryOut(hinode, answersOf("sim", "simulation"), "試算する");
  await hinode.reads("補助金の目安", "10,000,000円");
});

test("スクリプトなし：ログインして申請を始め、すべての節に入力する", async () => {
  await hinode.signInWithGbizId("hinode");
  await hinode.press(/申請を始める/);
  filing = hinode.path();
  await walkSections(hinode, filing, answers);
});

test("スクリプトなし：開けないファイルは理由とともに断られ、ほかの入力は残る", async () => {
  await hinode.go(`${filing}/sections/attachments`, "filled");
  const slot = hinode.page.locator('main [data-field="att_supplement"]');
  await slot.locator('input[type="file"]').setInputFiles(disguised);
  await hinode.pressLocator(slot.locator("[data-upload-send]"), "refused");
  await hinode.reads("受け取れません", "受け取りました");
});

test("スクリプトなし：古い画面から保存しても、先の保存を上書きしない", async () => {
  hinode.allowed.add(409);
  const path = `${filing}/sections/outline`;
  await hinode.go(path, "filled");
  const second = await hinode.tab();
  await second.go(path, "filled");
  await second.type("plan_title", "先に保存した計画名");
  await second.press("保存して一覧に戻る");
  await hinode.type("plan_title", "あとから保存する計画名");
  await hinode.press("保存して一覧に戻る", "conflict");
  await hinode.reads("先に保存", "まだ何も上書きしていません", "先に保存した計画名");
  assert.equal(await hinode.page.inputValue('[name="plan_title"]'), "あとから保存する計画名");
  await hinode.press("保存して一覧に戻る");
  await second.page.close();
});

test("スクリプトなし：確認して提出し、控えのPDFを得る", async () => {
  await hinode.go(`${filing}/check`, "ready");
  for (const box of await hinode.page.locator('main [name="confirm"]').all()) await box.check();
  await hinode.page.locator('main [name="declare"]').check();
  await hinode.press("提出する");
  await hinode.reads("申請を受け付けました", "受付番号");
  await hinode.eventually("申請書の控え（PDF）を開く");
  const href = await hinode.page.getByRole("link", { name: /申請書の控え/ }).getAttribute("href");
  mustBePdf(await download(hinode, href ?? ""));
  await hinode.leave();
});

pagesAreSound("スクリプトなし");
