// 一つの案件の一生: one company from 応募 to the sixth 事業化状況報告, each step on its own day, in a world whose clock is
// moved for it. The calendar is that of the edition's examples (adopted in February 2027), by whole years later when the
// machine's own day asks for it: the years of the reports are fiscal years.

import assert from "node:assert/strict";
import { test } from "node:test";

import { goTo, now, today } from "../lib/clock.ts";
import { type Answers, type Row, answersOf } from "../lib/examples.ts";
import { saved } from "../lib/fill.ts";
import { Person, atDesk } from "../lib/person.ts";
import { asOfToday, begin, caseOf, check, decide, fill, nameOn, open, ours, sendBack, submit } from "../lib/procedure.ts";
import { assign, commit, declareNoConflict, finalise, openAssignment, openReview, score, simulate } from "../lib/review.ts";
import { pagesAreSound } from "../lib/story.ts";
import { sites } from "../lib/world.ts";

const report = "事業化状況・知的財産権等報告";
let company: Person;
let account: string;
let number: string;
/** Where the case stands, on either site. */
let at: string;
let desk: string;

/** Whole years between the examples' calendar and this life's. */
const years = (() => {
  let later = 0;
  while (Date.parse(`${2027 + later}-02-26T10:00:00+09:00`) <= now().getTime()) later += 1;
  return later;
})();

let broken = false;

/** A step of the life. After one that did not come about there is nothing to go on from. */
function step(name: string, act: () => Promise<void>): void {
  test(`一生：${name}`, async () => {
    assert.ok(!broken, "an earlier step of this life failed");
    broken = true;
    await act();
    broken = false;
  });
}

/** A day of the examples' calendar as it is in this life. */
function on(told: string): string {
  return `${Number(told.slice(0, 4)) + years}${told.slice(4)}`;
}

interface Run {
  /** The example whose answers are typed, and its day. */
  example?: string;
  told: string;
  /** What this company answers otherwise. */
  change?: (answers: Answers, filing: string) => Promise<void> | void;
  /** The company is heard once more before it goes on: field and wording of the remark. */
  returned?: [string, string];
  outcome: string;
  reason: string;
  conditions?: string;
  /** What the company reads on the page of its case once it is told. */
  reads: string | RegExp;
}

/** A procedure of the company from its beginning to the letter. */
async function whole(procedure: string, title: string, run: Run): Promise<void> {
  const filing = await begin(company, at, title);
  const answers = asOfToday(run.example ?? "standard", procedure, run.told);
  await run.change?.(answers, filing);
  await fill(company, filing, answers, title);
  desk = await open(await atDesk("operator1"), await submit(company, filing, title));
  if (run.returned) {
    await sendBack(desk, ...run.returned);
    await company.go("/me", "returned run");
    await company.reads(title, "を直して再提出する");
    await company.go(filing, "returned run");
    await submit(company, filing, `${title} again`);
  }
  await check(desk, "operator2");
  await decide(desk, run.outcome, run.reason, run.conditions);
  await company.go(`${at}/procedures`, "after a decision");
  await company.eventually(run.reads, 90);
}

const decided = (title: string, label: string): RegExp => new RegExp(`${title}[\\s\\S]*結果通知済み（${label}）`);

/** What a company's account is called must be what GビズID says. */
async function ownAccount(answers: Answers, filing: string): Promise<void> {
  answers["account_name"] = await nameOn(company, filing);
}

/** The second line of the plan, since it was changed. */
const jig = {
  category: "outsourcing", item: "治具の設計", payee: "見本設計株式会社", unit_price: "2000000", gross: "2200000", eligible: "2000000", voucher: "外-1",
};

step("応募する", async () => {
  company = await Person.at("portal", "company");
  account = await company.signInAsCompany(141);
  await company.press(/申請を始める/);
  const filing = company.path();
  await fill(company, filing, answersOf("manufacturer-22"), "応募申請");
  number = await submit(company, filing, "応募申請");
  desk = await open(await atDesk("operator1"), number);
});

step("形式確認で差し戻され、直して再提出し、二人の確認を通る", async () => {
  await sendBack(desk, "plan_title", "title_error");
  await company.go("/me", "returned application");
  await company.reads("対応が必要です");
  await company.followHref("/filings/", "returned application");
  const filing = company.path().split("?")[0] ?? "";
  await company.go(`${filing}/sections/outline`, "returned application");
  await company.type("plan_title", "微細加工による手術用器具の新商品開発");
  await saved(company);
  await submit(company, filing, "応募申請 again");
  await check(desk, "operator2");
});

step("外部審査員3名が採点し、採択される", async () => {
  const manager = await atDesk("manager1");
  await openAssignment(manager, number);
  for (const login of await assign(manager, 3)) {
    const person = await atDesk(login);
    await openReview(person, number);
    await declareNoConflict(person);
    await score(person);
    await finalise(person);
  }
  await goTo(on("2027-02-26"));
  const run = await simulate(manager, "予算内で採択する案");
  await manager.reads(number);
  await commit(run, "manager2");
  await company.go("/letters");
  await company.eventually(/採択通知/, 90);
  at = await caseOf(company);
});

step("交付を申請し、交付決定を受ける", async () => {
  await goTo(on("2027-04-05"));
  await whole("grant-application", "交付申請", {
    told: "2027-04-05", outcome: "granted", reason: "内容を審査し、適正と認められるため", reads: "交付決定・補助事業実施中",
  });
});

step("計画変更を申請し、差戻しを経て承認を受ける", async () => {
  await goTo(on("2027-06-25"));
  await whole("plan-change", "計画変更承認申請", {
    told: "2027-08-02",
    change: (answers) => {
      answers["change_from"] = on("2027-08-01");
      answers["change_text"] = "加工機を上位機種（1,800万円）とし、治具の設計200万円を外注する。";
    },
    returned: ["lines", "untouched_line"],
    outcome: "approved", reason: "変更の内容が適正と認められるため", reads: decided("計画変更承認申請", "承認"),
  });
});

step("概算払を請求し、支払を受ける", async () => {
  await goTo(on("2027-10-01"));
  await whole("advance-payment", "概算払請求", {
    told: "2027-10-01",
    change: async (answers, filing) => {
      const [machine] = answers["lines"] as Row[];
      assert.ok(machine);
      answers["lines"] = [machine, { ...machine, ...jig }];
      await ownAccount(answers, filing);
    },
    outcome: "approved", reason: "支払を確認したため", reads: /支払額[\s\S]*7,000,000円/,
  });
});

step("実績を報告し、額の確定を受ける", async () => {
  await goTo(on("2027-12-10"));
  await whole("performance-report", "実績報告", {
    told: "2027-12-10",
    change: (answers) => {
      const [machine] = answers["lines"] as Row[];
      const [asset] = answers["assets"] as Row[];
      assert.ok(machine && asset);
      const dearer = { ...machine, unit_price: "18000000", gross: "19800000", eligible: "18000000" };
      answers["lines"] = [dearer, { ...dearer, ...jig }];
      answers["assets"] = [{ ...asset, asset_unit_price: "18000000" }];
      answers["ev_soft"] = "file";
    },
    outcome: "settled", reason: "証拠書類を確認し、額を確定する", reads: "額の確定済み",
  });
});

step("残りの額を請求し、支払を受ける", async () => {
  await goTo(on("2027-12-20"));
  await whole("settlement-claim", "精算払請求", {
    told: "2028-02-07", change: ownAccount, outcome: "paid", reason: "額と口座を確認したため", reads: "支払済み・事業化報告期間中",
  });
  await company.reads(/支払額[\s\S]*10,000,000円/);
});

/** The yearly report; the third is the plan's last, the sixth ends the case. */
async function yearly(n: number): Promise<void> {
  await goTo(on(`${2027 + n}-05-10`));
  await company.go("/me", "a report is owed");
  await company.reads(report);
  const last = n === 6;
  await whole("commercialisation-report", report, {
    ...(n === 3 ? { example: "final", told: "2030-05-10" } : { told: "2028-05-10" }),
    change: (answers) => { answers["plan_year"] = String(Math.min(n, 3)); },
    outcome: last ? "finished" : "confirmed",
    reason: last ? "6回の報告がすべて終わったため" : "報告の内容を確認したため",
    reads: last ? "完了" : new RegExp(`(${report}[\\s\\S]*結果通知済み（確認）[\\s\\S]*){${n}}`),
  });
}

for (const n of [1, 2]) step(`第${n}回の事業化状況報告をする`, () => yearly(n));

step("機械を譲渡するため財産処分の承認を受け、納付する", async () => {
  await goTo(on("2030-03-15"));
  await whole("asset-disposal", "財産処分承認申請・報告", {
    told: "2030-03-15",
    change: (answers) => {
      const [item] = answers["items"] as Row[];
      assert.ok(item);
      answers["items"] = [{ ...item, item_price: "18000000", item_book: "13500000", item_market: "14000000", item_proceeds: "14400000" }];
    },
    outcome: "approved_payment", reason: "処分がやむを得ないと認められるため", conditions: "納付の後に処分すること",
    reads: /返還請求額[\s\S]*7,200,000円/,
  });
  await goTo(on("2030-04-02"));
  const operator = await atDesk("operator1");
  const form = await ours(at, "repayment");
  const answers: Answers = {
    ...asOfToday("receipt", "repayment", "2030-04-18"), kind: "disposal", received: "7200000", received_on: on("2030-04-01"),
    text_facts: "財産処分の承認に伴う納付である。", calculation: "財産処分の承認通知のとおり。",
  };
  await fill(operator, form, answers, "receipt");
  desk = await open(operator, await submit(operator, form, "receipt"));
  await check(desk, "operator2");
  await decide(desk, "received", "納付を確認したため");
  await company.go(`${at}/procedures`, "paid back");
  await company.eventually(/返還額[\s\S]*7,200,000円/, 90);
});

for (const n of [3, 4, 5, 6]) step(`第${n}回の事業化状況報告をする`, () => yearly(n));

step("案件が完了し、することが残っていない", async () => {
  assert.equal(today().slice(0, 4), String(2033 + years));
  await company.go(`${at}/procedures`, "finished");
  await company.reads("完了", "進行中の手続はありません", "終わった手続", /交付決定額[\s\S]*10,000,000円/, /返還額[\s\S]*7,200,000円/);
  assert.ok(!(await company.words()).includes("期限超過"), "nothing is owed any more");
  const operator = await atDesk("operator1");
  await operator.go(at, "finished");
  await operator.reads("完了", "決定", /起案 .+\n決裁 .+/);
  const sent = (await (await fetch(`${sites.mailbox}/messages.json?to=${encodeURIComponent(`${account}@demo.example`)}`)).json()) as { subject: string }[];
  assert.ok(sent.length >= 20, JSON.stringify(sent.map((mail) => mail.subject)));
  await company.leave();
  // Years later the company comes in by GビズID as on the first day.
  const again = await Person.at("portal", "company");
  await again.signInWithGbizId(account);
  await again.reads("完了");
  await again.leave();
});

pagesAreSound("一生");
