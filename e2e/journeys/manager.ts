// 事務局管理者の旅: ranking, a run, its commitment by another person, letters; deadlines, rules, logs, mail.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Person, atDesk, download, mustBePdf } from "../lib/person.ts";
import { commit, simulate } from "../lib/review.ts";
import { pagesAreSound, story, told } from "../lib/story.ts";
import { sites } from "../lib/world.ts";

let first: Person;
let second: Person;
let run: string;

test("管理者：順位を見て、採択シミュレーションを作る", async () => {
  first = await atDesk("manager1");
  second = await atDesk("manager2");
  await first.go("/ranking");
  await first.reads(told("number"));
  await first.go("/runs");
  await first.go("/runs/new");
  await first.press(/実行|作成/, "empty");
  run = await simulate(first, "予算内で採択する案");
  await first.reads(told("number"));
});

test("管理者：作った人は確定できず、別の人が確定する", async () => {
  await first.go(`${run}/commit`, "own");
  await first.reads("作成した人は、自分で確定できません");
  await commit(run, "manager2");
});

test("申請者：採択通知を画面とPDFで読むと、事務局に開封と表示される", async () => {
  const company = await Person.at("portal", "applicant");
  await company.signInWithGbizId(told("account"));
  await company.go("/letters");
  await company.eventually(/採択通知|採択/, 90);
  await company.look("result");
  await first.go("/letters", "before reading");
  await company.pressLocator(company.page.locator('main a[href^="/letters/"]').first(), "adoption");
  await company.reads(told("company"), "採択");
  const pdf = await company.page.getByRole("link", { name: /PDFを開く/ }).getAttribute("href");
  mustBePdf(await download(company, pdf ?? ""));
  const letter = company.path().split("/").at(-1) ?? "";
  await first.go(`/letters/${letter}`, "read");
  await first.reads(/開封\s+\d{4}\//, "申請者が開封しました");
  await company.go(told("case"), "decided");
  await company.reads("採択");
  await company.go("/me", "decided");
  await company.leave();
});

test("管理者：締切の変更は二人で行い、すぐに申請者の画面に出る", async () => {
  const guest = await Person.at("portal", "guest");
  await first.go("/rounds");
  await first.followHref("/deadline");
  const page = first.path().split("?")[0] ?? "";
  await first.page.locator('main [name="scope"][value="all"]').check();
  const day = new Date(Date.now() + 60 * 86_400_000);
  await first.type("day", `${day.getFullYear()}/${day.getMonth() + 1}/${day.getDate()}`);
  await first.type("clock", "18:00");
  await first.type("reason", "認証基盤の障害で申請できない時間があったため。");
  await first.press("確認へ進む", "preview");
  await first.press("起案する", "proposed");
  await first.reads("起案した人は承認できません");
  await second.go(page, "to approve");
  const approved = Date.now();
  await second.press(/承認する/, "approved");
  await guest.go("/", "notice");
  await guest.reads("締切を変更しました");
  assert.ok(Date.now() - approved < 30_000);
  await guest.leave();
});

test("管理者：規則の引下げは二人で行う", async () => {
  await first.go("/rules");
  await first.page.locator('main [name="strength"]').selectOption("stop");
  await first.press(/絞り込|検索/, "stop only");
  await first.pressLocator(first.page.locator('main table a[href^="/rules/"]').first());
  const rule = first.path().split("?")[0] ?? "";
  await first.type("reason", "判定に誤りがある可能性があるため、確認を求めるに改めます。");
  await first.press("引下げを起案する", "proposed");
  await first.reads("起案した人は承認できません");
  await second.go(first.path(), "to approve");
  await second.press(/承認する/, "approved");
  await second.reads("引き下げています");
  await second.press("引下げを終了する", "ended");
  assert.ok(rule);
});

test("管理者：操作ログを絞り込み、CSVで取り出す", async () => {
  await first.go("/log");
  await first.reads("操作");
  await first.go("/log/access");
  await first.go("/log");
  const waiting = first.page.waitForEvent("download");
  await first.button(/CSV/).click();
  const file = await (await waiting).createReadStream();
  const parts: Buffer[] = [];
  for await (const part of file) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString("utf8");
  assert.ok(text.includes("日時") && text.includes("manager1") || text.includes("三浦"), text.slice(0, 300));
});

test("メール：受付、差戻し、結果のお知らせが届いている", async () => {
  const list = async (): Promise<{ subject: string }[]> => {
    const answer = await fetch(`${sites.mailbox}/messages.json?to=${encodeURIComponent(`${told("account")}@demo.example`)}`);
    return (await answer.json()) as { subject: string }[];
  };
  const end = Date.now() + 60_000;
  let mails = await list();
  while (mails.length < 3 && Date.now() < end) {
    await new Promise((ready) => setTimeout(ready, 1_000));
    mails = await list();
  }
  assert.ok(mails.length >= 3, JSON.stringify(mails));
  assert.equal(story.number !== undefined, true);
});

pagesAreSound("管理者");
