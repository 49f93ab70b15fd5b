// 採択後の旅: a company's project with 計画変更, its return and 概算払, 財産処分 in
// the years of the reports, then the sixth 事業化状況報告. The world's cases are of different ages, so that one evening holds seven years.

import assert from "node:assert/strict";
import { test } from "node:test";

import { type Answers, type Row, answersOf } from "../lib/examples.ts";
import { Person, atDesk } from "../lib/person.ts";
import { asOfToday, begin, caseOf, check, day, decide, fill, loginOf, nameOn, open, sendBack, submit } from "../lib/procedure.ts";
import { pagesAreSound } from "../lib/story.ts";

let company: Person;
let at: string;
let desk: string;

test("採択後：マイページに、することと期限が並ぶ", async () => {
  company = await Person.at("portal", "grantee");
  await company.signInWithGbizId(loginOf("状況報告を求められている案件"));
  at = await caseOf(company);
  await company.reads("状況報告", "実績報告を提出する", "交付決定・補助事業実施中");
  await company.go(`${at}/procedures`);
  await company.reads("期限のある手続", "今は始められない手続とその理由", "交付決定額");
});

test("採択後：計画変更を申請し、差戻しを受けて再提出する", async () => {
  const title = "計画変更承認申請";
  const filing = await begin(company, at, title);
  const answers = { ...asOfToday("standard", "plan-change", "2027-08-02"), change_from: day(40) };
  await fill(company, filing, answers, title);
  const number = await submit(company, filing, title);
  desk = await open(await atDesk("operator1"), number);
  await sendBack(desk, "lines", "untouched_line");
  await company.go("/me", "returned run");
  await company.reads("計画変更承認申請", "を直して再提出する");
  await company.go(filing, "returned run");
  await submit(company, filing, `${title} again`);
});

test("採択後：計画変更を審査し、起案、決裁、中小機構の承認を経て通知する", async () => {
  await check(desk);
  await decide(desk, "approved", "変更の内容が適正と認められるため");
  await company.go(`${at}/procedures`, "after the change");
  await company.eventually(/計画変更承認申請[\s\S]*結果通知済み（承認）/, 90);
  const office = await atDesk("manager1");
  await office.go(`${desk}`, "decided run");
  await office.pressLocator(office.page.locator("main #life a[href^='/cases/']").first(), "living case");
  await office.reads("いまの状態", "提出を待つもの", "決定", /起案 .+\n決裁 .+\n承認 .+/);
});

test("採択後：概算払を請求し、支払を受ける", async () => {
  const title = "概算払請求";
  const filing = await begin(company, at, title);
  const answers = asOfToday("standard", "advance-payment", "2027-10-01");
  // The plan has two lines since it was changed; the account is under the name GビズID gives.
  const [machine] = answers["lines"] as Row[];
  assert.ok(machine);
  answers["lines"] = [machine, { ...machine, category: "outsourcing", item: "治具の設計", unit_price: "2000000", gross: "2200000", eligible: "2000000", voucher: "外-1" }];
  answers["account_name"] = await nameOn(company, filing);
  await fill(company, filing, answers, title);
  desk = await open(await atDesk("operator1"), await submit(company, filing, title));
  await check(desk, "operator2");
  await decide(desk, "approved", "支払を確認したため");
  await company.go(`${at}/procedures`, "after the payment");
  await company.eventually("支払額", 90);
  await company.leave();
});

test("採択後：財産の処分を申請し、納付を条件に承認を受ける", async () => {
  company = await Person.at("portal", "holder");
  await company.signInWithGbizId(loginOf("実地検査を準備し"));
  at = await caseOf(company);
  const title = "財産処分承認申請・報告";
  const filing = await begin(company, at, title);
  await fill(company, filing, asOfToday("standard", "asset-disposal", "2030-03-15"), title);
  desk = await open(await atDesk("operator1"), await submit(company, filing, title));
  await check(desk, "operator2");
  await decide(desk, "approved_payment", "処分がやむを得ないと認められるため", "納付の後に処分すること");
  await company.go(`${at}/procedures`, "after the disposal");
  await company.eventually("返還請求額", 90);
  await company.leave();
});

test("採択後：6回目の事業化状況報告で完了する", async () => {
  company = await Person.at("portal", "successor");
  await company.signInWithGbizId(loginOf("6回目の報告が遅れている"));
  at = await caseOf(company);
  await company.reads(/第6回/, "期限超過");
  const title = "事業化状況・知的財産権等報告";
  const filing = await begin(company, at, title);
  const answers: Answers = { ...answersOf("standard", "commercialisation-report"), plan_year: "3", late_reason: "決算の確定が遅れたため。" };
  const closing = new Date();
  answers["closing"] = `${closing.getUTCMonth() >= 3 ? closing.getUTCFullYear() : closing.getUTCFullYear() - 1}-03`;
  await fill(company, filing, answers, title);
  desk = await open(await atDesk("operator1"), await submit(company, filing, title));
  await check(desk, "operator2");
  await decide(desk, "finished", "6回の報告がすべて終わったため");
  await company.go(`${at}/procedures`, "finished");
  await company.eventually("完了", 90);
  assert.match(await company.words(), /終わった手続/);
  await company.leave();
});

test("採択後：監督者と事務局の一覧から案件へたどれる", async () => {
  const supervisor = await atDesk("supervisor");
  await supervisor.go("/progress");
  await supervisor.reads("令和", "手続と工程");
  await supervisor.pressLocator(supervisor.page.locator('main a[href*="standing=finished"]').first(), "drill-down");
  await supervisor.pressLocator(supervisor.page.locator('main tbody a[href^="/cases/"]').first(), "six years");
  await supervisor.reads("完了", "これより前の決定");
  const office = await atDesk("manager1");
  await office.go("/obligations");
  await office.go("/obligations?which=over", "over");
  await office.go("/queue?standing=granted&kind=case", "by standing");
});

pagesAreSound("採択後");
