// The scripts in a real browser, under the real content policy, against a server that misbehaves on request:
// `node test/behave.mjs <folder with form.html and office.html>`.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";

const folder = process.argv[2] ?? "site";
const types = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; require-trusted-types-for 'script'";
let mode = "ok";
let saved = [];
let uploads = 0;
const text = async (request) => { const parts = []; for await (const part of request) parts.push(part); return Buffer.concat(parts).toString(); };
const server = createServer(async (request, response) => {
  const url = new URL(request.url ?? "/", "http://x");
  if (url.pathname === "/autosave") {
    const body = await text(request);
    saved.push({ body: new URLSearchParams(body), version: request.headers["x-hojo-version"], csrf: request.headers["x-csrf-token"] });
    if (mode === "down") return request.socket.destroy();
    if (mode === "signed-out") return response.writeHead(401).end();
    if (mode === "conflict") {
      response.writeHead(409, { "Content-Type": "application/json" });
      return response.end(JSON.stringify({ version: 40, by: "見本 花子", at: "14:01", values: [{ name: "address", label: "本社所在地", theirs: "大阪市<b>北区</b>" }] }));
    }
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "X-Hojo-Version": String(8 + saved.length), "X-Hojo-Saved-At": "15:30" });
    return response.end('<output class="computed" id="f-total" data-live>99,000円</output><div class="field__messages" id="f-capital-error" data-live></div><div class="field__messages" id="f-address-error" data-live data-invalid><p class="field__error">＊番地を入力してください。</p></div><script>globalThis.hacked = 1</script>');
  }
  if (url.pathname === "/upload") {
    await text(request);
    uploads += 1;
    if (uploads === 1) return response.writeHead(500).end();
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
    return response.end('<div class="upload__files" id="f-accounts-files" data-live><ul class="files"><li class="files__row">新しい.pdf</li></ul></div>');
  }
  if (url.pathname === "/masters/banks") return response.writeHead(200, { "Content-Type": "application/json" }).end('[{"code":"0001","name":"みずほ銀行"},{"code":"0005","name":"三菱ＵＦＪ銀行"}]');
  if (url.pathname === "/masters/postal") return response.writeHead(200, { "Content-Type": "application/json" }).end('[{"prefecture":"13","prefecture_name":"東京都","address":"東京都港区虎ノ門"}]');
  try {
    const path = normalize(decodeURIComponent(url.pathname));
    let body = await readFile(join(folder, path));
    if (path.endsWith(".html")) body = Buffer.from(body.toString().replaceAll("#autosave", "/autosave").replaceAll("#upload", "/upload").replace('data-session-seconds="3600"', 'data-session-seconds="121"'));
    response.writeHead(200, { "Content-Type": types[extname(path)] ?? "application/octet-stream", "Content-Security-Policy": policy });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const base = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const context = await browser.newContext();
const fresh = async (name) => {
  mode = "ok"; saved = [];
  const page = await context.newPage();
  page.on("pageerror", (error) => { throw error; });
  await page.goto(`${base}/${name}.html`);
  return page;
};
const state = (page) => page.locator("[data-save-words]");
const until = async (what, ready) => {
  for (let at = 0; at < 60; at += 1) { if (await ready()) return; await new Promise((wait) => setTimeout(wait, 100)); }
  assert.fail(`never: ${what}`);
};
const said = (page, words) => until(words, async () => (await page.locator("body").innerText()).includes(words));
const tests = {
  async "typing saves, and the answer updates messages and sums but no control"() {
    const page = await fresh("form");
    await page.fill("#f-address", "東京都港区");
    await until("saved", () => saved.length === 1);
    assert.equal(saved[0].version, "7");
    assert.equal(saved[0].csrf, "token");
    assert.equal(saved[0].body.get("address"), "東京都港区");
    assert.equal(saved[0].body.has("_csrf"), false);
    await said(page, "保存しました 15:30");
    assert.equal(await page.locator("#f-total").innerText(), "99,000円");
    assert.equal(await page.getAttribute("#f-address", "aria-invalid"), "true");
    assert.equal(await page.getAttribute("#f-capital", "aria-invalid"), null);
    assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
    await page.fill("#f-address", "東京都港区1");
    await until("second", () => saved.length === 2);
    assert.equal(saved[1].version, "9");
    await page.close();
  },
  async "a lost line is said honestly, the text is kept and saved later"() {
    const page = await fresh("form");
    mode = "down";
    await page.fill("#f-address", "消えてはいけない文");
    await said(page, "保存できていません");
    assert.equal(await page.inputValue("#f-address"), "消えてはいけない文");
    assert.match(await page.evaluate(() => JSON.stringify(sessionStorage)), /body/);
    mode = "ok";
    await page.getByRole("button", { name: "今すぐ保存する" }).click();
    await said(page, "保存しました 15:30");
    assert.equal(saved.at(-1).body.get("address"), "消えてはいけない文");
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    await page.close();
  },
  async "a conflict shows both texts and overwrites only when told"() {
    const page = await fresh("form");
    mode = "conflict";
    await page.fill("#f-address", "私の住所");
    await said(page, "見本 花子さんがこのページを先に保存しました");
    const words = await page.locator("[data-save-trouble]").innerText();
    assert.ok(words.includes("私の住所") && words.includes("大阪市<b>北区</b>"), words);
    mode = "ok";
    await page.getByRole("button", { name: "この画面の入力で保存する" }).click();
    await said(page, "保存しました 15:30");
    assert.equal(saved.at(-1).version, "40");
    await page.close();
  },
  async "an ended session keeps the text, and coming back saves it"() {
    const page = await fresh("form");
    mode = "signed-out";
    await page.fill("#f-address", "続き");
    await said(page, "ログインの有効期間が終わりました");
    assert.equal(await page.getByRole("link", { name: "新しいタブでログインする" }).getAttribute("target"), "_blank");
    mode = "ok";
    await page.evaluate(() => dispatchEvent(new Event("focus")));
    await said(page, "保存しました 15:30");
    await page.close();
  },
  async "text that never reached the server is offered after a reload"() {
    const page = await fresh("form");
    mode = "down";
    await page.fill("#f-address", "置いていかれた文");
    await said(page, "保存できていません");
    page.on("dialog", (dialog) => void dialog.accept());
    await page.reload();
    mode = "ok";
    await page.getByRole("button", { name: "入力を戻す" }).click();
    assert.equal(await page.inputValue("#f-address"), "置いていかれた文");
    await until("saved", () => saved.some((one) => one.body.get("address") === "置いていかれた文"));
    await page.close();
  },
  async "rows are added, removed and renumbered"() {
    const page = await fresh("form");
    const names = () => page.$$eval("[data-rows=holders] tbody input", (inputs) => inputs.map((input) => input.name));
    await page.locator("[data-rows=holders]").getByRole("button", { name: "行を追加" }).click();
    assert.deepEqual((await names()).slice(-1), ["holders[2].share"]);
    await page.fill('[name="holders[2].holder"]', "三人目");
    await page.locator('[data-rows=holders] [data-do=remove-row]').first().click();
    assert.deepEqual(await names(), ["holders[0].holder", "holders[0].share", "holders[1].holder", "holders[1].share"]);
    assert.equal(await page.inputValue('[name="holders[1].holder"]'), "三人目");
    assert.equal(await page.getAttribute('[name="holders[1].holder"]', "aria-label"), "2行目 氏名又は名称");
    await until("saved", () => saved.at(-1)?.body.get("holders[1].holder") === "三人目");
    await page.close();
  },
  async "a range from a spreadsheet fills rows and years"() {
    const page = await fresh("form");
    const paste = (selector, words) => page.$eval(selector, (input, data) => {
      const clipboard = new DataTransfer();
      clipboard.setData("text/plain", data);
      input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
    }, words);
    await paste('[name="holders[1].holder"]', "甲\tはい\t10.5%\n乙\tいいえ\t20\n丙\t不明\t30\n");
    assert.equal(await page.inputValue('[name="holders[3].holder"]'), "丙");
    assert.equal(await page.inputValue('[name="holders[1].large"]'), "yes");
    assert.equal(await page.inputValue('[name="holders[1].share"]'), "10.5");
    await said(page, "選択肢にない値は貼り付けていません：不明");
    await paste('[name="plan_figures[1].sales"]', "¥1,000\t2,000\n△300\t400\n");
    assert.equal(await page.inputValue('[name="plan_figures[2].sales"]'), "2000");
    assert.equal(await page.inputValue('[name="plan_figures[1].profit"]'), "-300");
    await page.close();
  },
  async "characters are counted while typing"() {
    const page = await fresh("form");
    await page.fill("#f-plan", "あ".repeat(401));
    assert.match(await page.locator("#f-plan-count").innerText(), /401 \/ 400文字/);
    assert.notEqual(await page.getAttribute("#f-plan-count", "data-over"), null);
    await page.close();
  },
  async "a bank is found by name with the keyboard alone"() {
    const page = await fresh("form");
    await page.fill("#f-bank", "みず");
    await page.locator("#f-bank-choices li").first().waitFor();
    await page.press("#f-bank", "ArrowDown");
    await page.press("#f-bank", "ArrowDown");
    assert.equal(await page.getAttribute("#f-bank", "aria-activedescendant"), "f-bank-choices-1");
    await page.press("#f-bank", "Enter");
    assert.equal(await page.inputValue("#f-bank"), "0005");
    assert.equal(await page.locator("#f-bank-shown").innerText(), "三菱ＵＦＪ銀行");
    await page.close();
  },
  async "a postal code offers its address and fills it on request"() {
    const page = await fresh("form");
    await page.fill("#f-postal_code", "１０５-0001");
    await page.getByRole("button", { name: "東京都港区虎ノ門 を使う" }).click();
    assert.equal(await page.inputValue("#f-address"), "東京都港区虎ノ門");
    await page.close();
  },
  async "an upload that fails can be tried again and opens the way in again"() {
    const page = await fresh("form");
    uploads = 0;
    await page.evaluate(() => document.querySelector(".upload__add").removeAttribute("data-full"));
    await page.setInputFiles("#f-accounts", { name: "新しい.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7") });
    await said(page, "送信できませんでした。もう一度お試しください。");
    await page.getByRole("button", { name: "もう一度送る" }).click();
    await until("listed", async () => (await page.locator("#f-accounts-files").innerText()).includes("新しい.pdf"));
    assert.equal(await page.getAttribute(".upload__add", "data-full"), null);
    await page.close();
  },
  async "the session's end is announced"() {
    const page = await fresh("form");
    await said(page, "まもなくログインの有効期間が終わります");
    await page.close();
  },
  async "one box ticks all rows, a dialog opens and gives the focus back"() {
    const page = await fresh("office");
    await page.getByRole("checkbox", { name: "すべて選択" }).check();
    assert.equal(await page.locator("tbody input:checked").count(), 3);
    await page.close();
    const portal = await fresh("portal");
    await portal.locator("[data-opens=withdraw]").click();
    assert.equal(await portal.locator("dialog[open]").count(), 1);
    await portal.keyboard.press("Escape");
    assert.equal(await portal.evaluate(() => document.activeElement?.getAttribute("data-opens")), "withdraw");
    await portal.close();
  },
  async "the menu opens by key, one group at a time, and shuts behind the person"() {
    for (const width of [1280, 390]) {
      const page = await fresh("office");
      await page.setViewportSize({ width, height: 800 });
      const open = () => page.locator(".site-nav details[open] > summary").allInnerTexts();
      assert.equal(await page.locator('.site-nav a[aria-current="page"]').count(), 1);
      await page.locator(".site-nav summary", { hasText: "審査" }).focus();
      await page.keyboard.press("Enter");
      assert.deepEqual(await open(), ["審査"]);
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement?.textContent), "審査員");
      const box = await page.locator(".site-nav details[open] > ul").boundingBox();
      assert.ok(box && box.x >= 0 && box.x + box.width <= width, JSON.stringify(box));
      await page.locator(".site-nav summary", { hasText: "人と権限" }).click();
      assert.deepEqual(await open(), ["人と権限"]);
      await page.keyboard.press("Escape");
      assert.deepEqual(await open(), []);
      await page.keyboard.press("Enter");
      assert.deepEqual(await open(), ["人と権限"]);
      await page.locator(".site-footer__brand").click();
      assert.deepEqual(await open(), []);
      await page.close();
    }
  },
  async "the error summary takes the focus"() {
    const page = await fresh("form");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "error-summary");
    await page.close();
  },
};
let failed = 0;
for (const [name, run] of Object.entries(tests)) {
  try {
    await run();
    console.log(`ok   ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n     ${String(error?.stack ?? error).split("\n").slice(0, 6).join("\n     ")}`);
  }
}
await browser.close();
server.close();
process.exit(failed === 0 ? 0 : 1);
