// 書類の旅: PDFs come from the files site into the browser's own viewer: an attachment in the frame beside the
// checklist, a letter in the applicant's window. The people of the seeded world have both.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Frame, Response } from "playwright-core";

import { Person, atDesk } from "../lib/person.ts";
import { pagesAreSound } from "../lib/story.ts";
import { sites } from "../lib/world.ts";

/** What the files site answers while something is done; the browser asks it for nothing else. */
async function handed(person: Person, act: () => Promise<unknown>): Promise<Response> {
  const [answer] = await Promise.all([
    person.page.waitForResponse((r) => r.url().startsWith(`${sites.files}/`), { timeout: 30_000 }),
    act(),
  ]);
  assert.equal(answer.status(), 200, `${answer.url()} for ${person.who}`);
  assert.match(answer.headers()["content-type"] ?? "", /^application\/pdf/);
  assert.equal(answer.headers()["x-frame-options"], undefined, "it would keep every frame shut");
  assert.match(answer.headers()["content-disposition"] ?? "", /^inline/, "shown, not kept");
  return answer;
}

/** A frame that was refused shows the browser's own error page under another address. */
async function settled(frame: Frame): Promise<void> {
  await frame.waitForLoadState("load", { timeout: 30_000 });
  assert.ok(frame.url().startsWith(`${sites.files}/`), `the frame shows ${frame.url()}`);
}

test("書類：審査の画面の枠の中に、添付書類のPDFが表示される", async () => {
  const operator = await atDesk("operator1");
  await operator.go("/queue", "papers");
  const cases = await operator.page.locator('main tbody a[href^="/cases/"]').evaluateAll((all) => all.map((a) => a.getAttribute("href") ?? ""));
  assert.ok(cases.length > 0);
  let file = "";
  for (const path of cases.slice(0, 12)) {
    const answer = await operator.page.goto(`${sites.office}${path}/examine`, { waitUntil: "load" });
    const link = operator.page.locator('#files a[href*="file="]').first();
    if (answer?.status() !== 200 || (await link.count()) === 0) continue;
    file = (await link.getAttribute("href")) ?? "";
    break;
  }
  assert.ok(file, "no case of the list has an attachment to look at");
  const answer = await handed(operator, () => operator.page.goto(new URL(file, operator.page.url()).href, { waitUntil: "load" }));
  assert.equal(await operator.page.locator("iframe").count(), 1);
  const frame = await (await operator.page.locator("iframe").elementHandle())?.contentFrame();
  assert.ok(frame, "the frame holds no document");
  assert.equal(answer.frame(), frame, "the file was asked for by the frame");
  await settled(frame);
  await operator.look("paper in its frame");
});

test("書類：申請者が通知書のPDFを開く", async () => {
  const company = await Person.at("portal", "reader");
  let letter = "";
  for (let number = 1; number <= 24 && !letter; number += 1) {
    await company.context.clearCookies();
    await company.signInWithGbizId(`demo-${String(number).padStart(5, "0")}`);
    await company.go("/letters", "papers");
    const link = company.page.locator('main a[href^="/letters/"]').first();
    if ((await link.count()) > 0) letter = (await link.getAttribute("href")) ?? "";
  }
  assert.ok(letter, "no company of the seeded world has a letter");
  await company.go(letter, "paper");
  const link = company.page.getByRole("link", { name: /PDFを開く/ });
  // A window of its own asks for an icon as well; the files site has none.
  company.allowed.add(404);
  await handed(company, () => link.click());
  await company.page.waitForURL(`${sites.files}/**`, { waitUntil: "load", timeout: 30_000 });
  await settled(company.page.mainFrame());
  await company.leave();
});

pagesAreSound("書類");
