// 申請者の旅: from the public pages to the receipt.

import assert from "node:assert/strict";
import { test } from "node:test";

import { answersOf } from "../lib/examples.ts";
import { disguised, pdfFile } from "../lib/files.ts";
import { saved, tryOut, walkSections } from "../lib/fill.ts";
import { Person, download, mustBePdf } from "../lib/person.ts";
import { pagesAreSound, story, told } from "../lib/story.ts";

const answers = answersOf("manufacturer-22");
let company: Person;

test("申請者：公開ページを読み、対象者チェックと補助額の試算をする", async () => {
  const guest = await Person.at("portal", "guest");
  await guest.go("/");
  for (const path of ["/rounds", "/faq", "/accessibility"]) await guest.go(path);
  await guest.go("/eligibility");
  await tryOut(guest, answersOf("ok", "precheck"), "確かめる");
  await guest.reads("対象になる可能性があります");
  await tryOut(guest, { ...answersOf("ok", "precheck"), large_owned: "yes" }, "確かめる");
  await guest.reads("対象外の可能性があります", "要領");
  await guest.look("not eligible");
  await guest.go("/simulation");
  await tryOut(guest, answersOf("sim", "simulation"), "試算する");
  await guest.reads("補助金の目安", "10,000,000円");
  await guest.go("/me", "sent to sign-in");
  assert.ok(guest.path().startsWith("/sign-in"), guest.path());
  await guest.leave();
});

test("申請者：GビズIDでログインし、申請を始める", async () => {
  company = await Person.at("portal", "applicant");
  story.account = await company.signInAsCompany(101);
  story.company = await company.company();
  assert.match(company.path(), /^\/me/);
  await company.reads("始められる手続");
  await company.press(/申請を始める/);
  assert.match(company.path(), /^\/filings\//);
  story.filing = company.path();
});

test("申請者：すべての節に入力すると、自動で保存される", async () => {
  await walkSections(company, told("filing"), answers);
});

test("申請者：表計算ソフトから経費明細に貼り付ける", async () => {
  await company.go(`${told("filing")}/sections/expenses`, "filled");
  await company.page.evaluate((text) => navigator.clipboard.writeText(text), [
    "機械装置・システム構築費\t複合加工機 MX-1\t見本工作機械株式会社\t¥12,000,000\t1\t13,200,000\t12,000,000\tいいえ\t複合加工機 1台",
    "機械装置・システム構築費\t測定機 CM-2\t見本計測株式会社\t８，０００，０００円\t1\t8,800,000\t8,000,000\tいいえ\t測定機 1台",
  ].join("\n"));
  await company.page.locator('[name="lines[0].category"]').focus();
  await company.page.keyboard.press("Control+v");
  await company.waitsFor(/2行、18か所に貼り付けました/);
  await saved(company);
  assert.equal(await company.page.inputValue('[name="lines[1].eligible"]'), "8,000,000");
  assert.match(await company.page.locator("#f-eligible_total").innerText(), /20,000,000/);
  await company.look("pasted");
  const template = await company.page.locator('a[href*="/template/lines"]').getAttribute("href");
  const sheet = await download(company, template ?? "");
  assert.equal(sheet.bytes.subarray(0, 2).toString("latin1"), "PK", "the template is a spreadsheet");
  await company.press("保存して一覧に戻る", "going");
});

test("申請者：開けないファイルは理由とともに断られる", async () => {
  await company.go(`${told("filing")}/sections/attachments`, "filled");
  const slot = company.page.locator('main [data-field="att_supplement"]');
  await slot.locator('input[type="file"]').setInputFiles(disguised);
  await slot.getByText("受け取れません", { exact: true }).waitFor();
  const reason = await slot.locator(".files__reason").innerText();
  assert.match(reason, /PDF/, reason);
  await company.look("refused");
  await slot.locator('input[type="file"]').setInputFiles(pdfFile("補足資料.pdf"));
  await slot.getByText("受け取りました", { exact: true }).waitFor();
});

test("申請者：二つ目のタブは知らされ、何も上書きされない", async () => {
  company.allowed.add(409);
  const path = `${told("filing")}/sections/outline`;
  await company.go(path, "filled");
  const second = await company.tab();
  await second.go(path, "filled");
  await second.type("plan_title", "二つ目のタブで入れた計画名");
  await saved(second);
  await company.type("plan_title", "一つ目のタブで入れた計画名");
  await company.waitsFor("このページを先に保存しました");
  await company.waitsFor("まだ何も上書きしていません");
  await company.look("conflict");
  const third = await company.tab();
  await third.go(path, "filled");
  assert.equal(await third.page.inputValue('[name="plan_title"]'), "二つ目のタブで入れた計画名");
  await third.page.close();
  await company.page.getByRole("button", { name: "この画面の入力で保存する" }).click();
  await saved(company);
  await second.page.close();
  await company.type("plan_title", String(answers["plan_title"]));
  await saved(company);
});

test("申請者：入力の途中でログインの期限が切れても、文章は残る", async () => {
  company.allowed.add(401);
  const path = `${told("filing")}/sections/plan_text`;
  await company.go(path, "filled");
  const cookies = await company.context.cookies();
  await company.context.clearCookies();
  const words = "期限切れの間に書いた文章である。";
  await company.type("text_background", words);
  await company.waitsFor("ログインの有効期間が終わりました");
  await company.look("signed out");
  assert.equal(await company.page.inputValue('[name="text_background"]'), words);
  await company.context.addCookies(cookies);
  await company.page.getByRole("button", { name: "ログインしたので保存する" }).click();
  await saved(company);
  await company.go(path, "filled");
  assert.equal(await company.page.inputValue('[name="text_background"]'), words);
});

test("申請者：入力内容を確認し、提出して受付番号を得る", async () => {
  await company.go(told("filing"), "filled");
  await company.follow("入力内容を確認する", "ready");
  const words = await company.words();
  assert.ok(!words.includes("まだ提出できません"), words.slice(0, 2_500));
  await company.press("提出する", "not declared");
  await company.reads(/申告|確認/);
  for (const box of await company.page.locator('main [name="confirm"]').all()) await box.check();
  await company.page.locator('main [name="declare"]').check();
  await company.press("提出する");
  await company.reads("申請を受け付けました", "受付番号", /\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d/);
  const number = await company.page.locator("main dd strong, main strong").first().innerText();
  assert.ok(number.length > 3, number);
  story.number = number;
});

test("申請者：控えのPDFと、申請の状況を見る", async () => {
  await company.eventually("提出した内容の控え（PDF）を開く");
  await company.look("with copy");
  const href = await company.page.getByRole("link", { name: /提出した内容の控え/ }).getAttribute("href");
  mustBePdf(await download(company, href ?? ""));
  await company.follow("申請の状況を見る");
  story.case = company.path();
  await company.reads("受付");
  await company.go("/me", "waiting");
});

pagesAreSound("申請者");
