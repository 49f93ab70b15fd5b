// 事務局オペレータの旅: the queue, the formal check, a return, the applicant mends, two people pass it on.

import assert from "node:assert/strict";
import { test } from "node:test";

import { saved } from "../lib/fill.ts";
import { Person, atDesk } from "../lib/person.ts";
import { pagesAreSound, story, told } from "../lib/story.ts";

let operator: Person;
let desk: string;
let company: Person;

test("オペレータ：ワンタイムパスワードが違うと入れず、正しければ入れる", async () => {
  const stranger = await Person.at("office", "stranger");
  await stranger.go("/sign-in");
  await stranger.type("login", "operator1");
  await stranger.type("password", "demo-operator1-pass");
  await stranger.type("code", "000000");
  await stranger.press("ログイン", "refused");
  await stranger.reads("正しくありません");
  await stranger.leave();
  operator = await atDesk("operator1");
  await operator.reads(/担当|案件/);
});

test("オペレータ：一覧を絞り込み、案件の担当になる", async () => {
  await operator.go("/queue", "all");
  await operator.type("q", told("number"));
  await operator.press(/絞り込|検索/, "filtered");
  await operator.reads(told("number"), told("company"));
  await operator.page.locator('main tbody input[type="checkbox"]').first().check();
  await operator.press("選んだ案件の担当になる", "claimed");
  await operator.go(`/queue?q=${encodeURIComponent(told("number"))}`, "filtered");
  await operator.pressLocator(operator.page.getByRole("link", { name: told("number") }).first());
  desk = operator.path().split("?")[0] ?? "";
  await operator.reads("概要", "この案件でできること", "10,000,000円");
});

test("オペレータ：確認票に記入すると自動で保存され、添付書類を並べて見る", async () => {
  await operator.go(`${desk}/examine`);
  const radios = operator.page.locator('main [name^="item_"][value="ok"], main [name^="item_"]:first-of-type');
  assert.ok((await radios.count()) > 5);
  const names = await operator.page.locator('main input[type=radio][name^="item_"]').evaluateAll((all) => [...new Set(all.map((e) => e.getAttribute("name") ?? ""))]);
  for (const name of names) await operator.page.locator(`main input[type=radio][name="${name}"]`).first().check();
  await operator.type("note", "決算書は確認済み。事業計画名の誤字だけ直してもらう。");
  await saved(operator);
  await operator.look("ticked");
  const file = operator.page.locator('#files a[href*="file="]').first();
  await operator.pressLocator(file, "with a file");
  assert.equal(await operator.page.locator("iframe").count(), 1);
});

test("オペレータ：項目に文例から指摘を付け、期限を決めて差し戻す", async () => {
  await operator.go(`${desk}/examine?remark=plan_title`, "remarking");
  await operator.pressLocator(operator.page.locator('#remark a[href*="wording=title_error"]').first(), "remarking");
  assert.match(await operator.page.inputValue('#remark [name="text"]'), /誤字/);
  await operator.press("指摘を追加する", "remarked");
  await operator.reads("未送付");
  await operator.go(`${desk}/return`);
  await operator.reads("事業計画名", "差し戻すと");
  await operator.press("差し戻す", "returned");
  await operator.reads(/差戻し|申請者/);
});

test("申請者：指摘のある項目だけが開き、直し、違いを確かめて再提出する", async () => {
  company = await Person.at("portal", "applicant");
  await company.signInWithGbizId(told("account"));
  await company.reads("対応が必要です");
  await company.look("returned");
  await company.go(told("filing"), "returned");
  await company.reads("差し戻されました");
  await company.go(`${told("filing")}/sections/outline`, "returned");
  await company.reads("事務局からの指摘", "編集不可");
  assert.equal(await company.page.locator('main [name="plan_title"]').count(), 1);
  assert.equal(await company.page.locator('main [name="plan_summary"]').count(), 0, "what was not remarked on stays shut");
  await company.type("plan_title", "高精度加工による医療機器部品の新商品開発");
  await saved(company);
  await company.go(`${told("filing")}/compare`);
  await company.reads("高精度加工による医療機器部品の新商品開発", "高精度加工による医療機器部品の開発");
  await company.go(`${told("filing")}/check`, "returned");
  for (const box of await company.page.locator('main [name="confirm"]').all()) await box.check();
  await company.page.locator('main [name="declare"]').check();
  await company.press("再提出する");
  await company.reads("申請を受け付けました");
  await company.go("/letters");
  await company.eventually(/差戻し/);
  story.title = "高精度加工による医療機器部品の新商品開発";
});

test("オペレータ：前回との違いを見て、一次の形式確認を終える", async () => {
  await operator.go(`${desk}/examine`, "resubmitted");
  await operator.reads("前回の提出から変わったところ");
  await checkEverything(operator);
  await operator.press(/保存して、一次の確認を終える/, "finishing");
  await operator.page.locator('main [name="result"][value="passed"]').check();
  await operator.press("一次の形式確認を終える", "checked");
});

async function checkEverything(person: Person): Promise<void> {
  const names = await person.page.locator('main input[type=radio][name^="item_"]').evaluateAll((all) => [...new Set(all.map((e) => e.getAttribute("name") ?? ""))]);
  for (const name of names) await person.page.locator(`main input[type=radio][name="${name}"]`).first().check();
  await saved(person);
}

test("オペレータ：一次の人は二次を確認できず、別の人が確認する", async () => {
  await operator.go(`${desk}/examine/second`, "own");
  await operator.page.locator('main [name="agrees"][value="yes"]').check();
  await operator.press("二次の形式確認を終える", "own refused");
  await operator.reads(/別の人|同じ人|二次/);
  const second = await atDesk("operator2");
  await second.go(`${desk}/examine`, "second");
  await second.reads("一次の確認をした人");
  await second.follow(/二次の確認を終える/);
  await second.page.locator('main [name="agrees"][value="yes"]').check();
  await second.press("二次の形式確認を終える", "passed");
  await second.reads("審査");
});

pagesAreSound("オペレータ");
