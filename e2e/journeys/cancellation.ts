// 取消しの旅: the office finds that a machine was sold, hears the company, cancels the grant, and orders the money back.

import { test } from "node:test";

import { answersOf } from "../lib/examples.ts";
import { Person, atDesk } from "../lib/person.ts";
import { asOfToday, caseOf, check, day, decide, fill, loginOf, ours, sendBack, submit } from "../lib/procedure.ts";
import { pagesAreSound } from "../lib/story.ts";

let company: Person;
let at: string;
let filing: string;
let run: string;

/** The newest run of a procedure, from the desk of the case. */
async function deskOf(title: string): Promise<string> {
  const operator = await atDesk("operator1");
  await operator.go(at, "living case");
  await operator.pressLocator(operator.page.locator("#procedures tbody a").filter({ hasText: title }).first(), "office's run");
  return operator.path().split("?")[0] ?? "";
}

test("取消し：事務局が発議し、事業者には通知まで見えない", async () => {
  company = await Person.at("portal", "cancelled");
  await company.signInWithGbizId(loginOf("承継について中小機構の承認を待つ案件"));
  at = await caseOf(company);
  const form = await ours(at, "grant-cancellation");
  const operator = await atDesk("operator1");
  await fill(operator, form, { ...asOfToday("standard", "grant-cancellation", "2030-02-01"), found_on: day(-20) }, "grant-cancellation");
  await submit(operator, form, "grant-cancellation");
  await company.go("/me", "before the notice");
  const words = await company.words();
  if (words.includes("取消し")) throw new Error(`the company is told before it is heard: ${words.slice(0, 400)}`);
});

test("取消し：事前の通知を受けて弁明する", async () => {
  run = await deskOf("交付決定の取消し");
  await sendBack(run, "defence", "prior_notice");
  await company.go("/me", "prior notice");
  await company.eventually("交付決定の取消し", 90);
  await company.followHref("/filings/", "defence");
  filing = company.path().split("?")[0] ?? "";
  await fill(company, filing, { defence: "資金繰りに窮して売却しました。申し訳ありません。" }, "defence");
  await submit(company, filing, "defence");
});

test("取消し：弁明を確かめて取り消し、返還を命じる", async () => {
  await check(run, "operator2");
  await decide(run, "cancelled_refund", "承認を受けずに財産を処分した事実が認められるため");
  await company.go(`${at}/procedures`, "cancelled");
  await company.eventually("交付決定取消し", 90);
  const operator = await atDesk("operator1");
  const form = await ours(at, "repayment");
  const answers = { ...answersOf("standard", "repayment"), pay_until: day(20) };
  await fill(operator, form, answers, "repayment");
  await submit(operator, form, "repayment");
  run = await deskOf("補助金の返還");
  await check(run, "operator2");
  await decide(run, "ordered", "交付決定を取り消したため");
});

test("取消し：返還の命令が届き、納付を記録する", async () => {
  await company.go(`${at}/procedures`, "ordered");
  await company.eventually("返還請求額", 90);
  await company.go("/letters", "ordered");
  await company.eventually(/返還/, 60);
  await company.leave();
  const operator = await atDesk("operator1");
  const form = await ours(at, "repayment");
  const answers = { ...answersOf("standard", "repayment"), step: "receipt", received: "5000000", received_on: day(-1), allocation: "全額を元本に充当", att_receipt: "file" };
  for (const gone of ["principal", "surcharge", "late_interest", "pay_until"]) delete (answers as Record<string, unknown>)[gone];
  await fill(operator, form, answers, "receipt");
  await submit(operator, form, "receipt");
  run = await deskOf("補助金の返還");
  await check(run, "operator2");
  await decide(run, "received", "納付を確認したため");
  const office = await atDesk("manager1");
  await office.go(at, "paid back");
  await office.reads("交付決定取消し", "返還額");
});

pagesAreSound("取消し");
