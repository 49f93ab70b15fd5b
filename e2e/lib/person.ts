// A person at a browser: goes to pages, presses what has a name, and looks at everything that appears.

import assert from "node:assert/strict";
import { type Browser, type BrowserContext, type Locator, type Page, chromium } from "playwright-core";

import { complain, look, watch, wide } from "./eyes.ts";
import { freshCode } from "./totp.ts";
import { type SiteName, password, secrets, sites } from "./world.ts";

let browser: Browser | undefined;
const open = new Set<BrowserContext>();

async function launched(): Promise<Browser> {
  browser ??= await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--lang=ja",
    ],
    env: { ...process.env, LANGUAGE: "ja", LANG: "ja_JP.UTF-8" },
  });
  return browser;
}

export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = undefined;
}

export interface Habits {
  /** Scripts run; false for somebody without. */
  scripts?: boolean;
}

export class Person {
  private constructor(
    readonly who: string,
    readonly site: SiteName,
    readonly context: BrowserContext,
    readonly page: Page,
    readonly scripts: boolean,
    /** Statuses this person provokes on purpose: the browser writes each into its console. */
    readonly allowed: Set<number>,
  ) {}

  static async at(site: SiteName, who: string, habits: Habits = {}): Promise<Person> {
    const scripts = habits.scripts ?? true;
    const context = await (await launched()).newContext({
      viewport: wide, locale: "ja-JP", timezoneId: "Asia/Tokyo", javaScriptEnabled: scripts, acceptDownloads: true,
      permissions: scripts ? ["clipboard-read", "clipboard-write"] : [],
    });
    open.add(context);
    context.setDefaultTimeout(30_000);
    // A form that says what is wrong answers 422; its browser calls that an error.
    const allowed = new Set([422]);
    await watch(context, who, allowed);
    return new Person(who, site, context, await context.newPage(), scripts, allowed);
  }

  /** The same person in a second tab. */
  async tab(): Promise<Person> {
    return new Person(this.who, this.site, this.context, await this.context.newPage(), this.scripts, this.allowed);
  }

  async leave(): Promise<void> {
    open.delete(this.context);
    await this.context.close();
  }

  path(): string {
    const url = new URL(this.page.url());
    return url.pathname + url.search;
  }

  async look(label = ""): Promise<void> {
    await look(this.page, this.who, this.scripts, label);
  }

  /** Goes to an address of the site and looks. Anything but 200 must be expected. */
  async go(path: string, label = "", status = 200): Promise<void> {
    const answer = await this.page.goto(path.startsWith("http") ? path : sites[this.site] + path, { waitUntil: "load" });
    assert.equal(answer?.status(), status, `${this.who} at ${path}`);
    await this.look(label);
  }

  private async arriving(act: () => Promise<void>, label: string): Promise<void> {
    await Promise.all([this.page.waitForNavigation({ waitUntil: "load", timeout: 30_000 }), act()]);
    await this.look(label);
  }

  /** Presses a button that leads to another page, and looks at that. */
  async press(name: string | RegExp, label = ""): Promise<void> {
    await this.arriving(() => this.button(name).click(), label);
  }

  button(name: string | RegExp): Locator {
    return this.page.locator("main, .page, body").first().getByRole("button", { name }).first();
  }

  async follow(name: string | RegExp, label = ""): Promise<void> {
    await this.arriving(() => this.page.getByRole("link", { name }).first().click(), label);
  }

  async followHref(part: string, label = ""): Promise<void> {
    await this.arriving(() => this.page.locator(`main a[href*="${part}"]`).first().click(), label);
  }

  async pressLocator(what: Locator, label = ""): Promise<void> {
    await this.arriving(() => what.click(), label);
  }

  async words(): Promise<string> {
    return await this.page.locator("main").innerText();
  }

  async heading(): Promise<string> {
    return (await this.page.locator("h1").first().innerText()).trim();
  }

  async reads(...all: (string | RegExp)[]): Promise<void> {
    const words = await this.words();
    for (const one of all) {
      const there = typeof one === "string" ? words.includes(one) : one.test(words);
      assert.ok(there, `${this.who} at ${this.path()} does not read ${String(one)}:\n${words.slice(0, 1_200)}`);
    }
  }

  /** Waits for words that come by themselves, without a reload. */
  async waitsFor(words: string | RegExp, timeout = 30_000): Promise<void> {
    await this.page.getByText(words).first().waitFor({ timeout });
  }

  /** Reloads until the words are there: what jobs make arrives a moment later. */
  async eventually(words: string | RegExp, seconds = 60): Promise<void> {
    const end = Date.now() + seconds * 1_000;
    for (;;) {
      const text = await this.words();
      if (typeof words === "string" ? text.includes(words) : words.test(text)) return;
      if (Date.now() > end) assert.fail(`${this.who} at ${this.path()}: never came: ${String(words)}\n${text.slice(0, 900)}`);
      await this.page.waitForTimeout(700);
      await this.page.reload({ waitUntil: "load" });
    }
  }

  /** Fills a control by its name in the form. */
  async type(name: string, value: string): Promise<void> {
    await this.page.locator(`main [name="${name}"]:not([type=hidden])`).first().fill(value);
  }

  async choose(name: string, value: string): Promise<void> {
    const control = this.page.locator(`main [name="${name}"]:not([type=hidden])`);
    if ((await control.first().evaluate((e) => e.tagName)) === "SELECT") await control.first().selectOption(value);
    else await this.page.locator(`main [name="${name}"][value="${value}"]`).check();
  }

  /** To GビズID's stand-in and back as one of its accounts. */
  async signInWithGbizId(account: string, trouble = ""): Promise<void> {
    await this.go("/sign-in");
    await this.press(/GビズID/, "chooser");
    await this.page.fill("#other", account);
    if (trouble) await this.page.selectOption("#trouble", trouble);
    await this.press("このアカウントでサインイン");
    await this.takeOver();
  }

  /** Signed in elsewhere as well: goes on here. */
  async takeOver(): Promise<void> {
    if (this.path().startsWith("/sign-in/other")) await this.press("もう一方を終了して、こちらで続ける");
  }

  /** As a company of the stand-in that has no case yet. Returns its login. Some synthetic businesses are no companies. */
  async signInAsCompany(from: number): Promise<string> {
    for (let number = from; number < from + 20; number += 1) {
      const login = `demo-${String(number).padStart(5, "0")}`;
      await this.signInWithGbizId(login);
      if (/会社/.test(await this.company())) return login;
      await this.context.clearCookies();
    }
    assert.fail(`no company from ${from} on`);
  }

  /** The name of whoever is signed in, as the header shows it. */
  async company(): Promise<string> {
    return (await this.page.locator(".account__name").innerText()).replace(/^ログイン中：/, "").trim();
  }

  async signInAsStaff(login: string): Promise<void> {
    const secret = secrets[login];
    assert.ok(secret, `nobody is called ${login}`);
    await this.go("/sign-in");
    await this.type("login", login);
    await this.type("password", password(login));
    await this.type("code", await freshCode(secret));
    await this.press("ログイン");
    await this.takeOver();
    assert.ok(!this.path().startsWith("/sign-in"), `${login} was not let in: ${await this.words()}`);
  }
}

/** A link's bytes, fetched with the person's cookies. */
export async function download(person: Person, href: string): Promise<{ type: string; bytes: Buffer; status: number }> {
  const answer = await person.context.request.get(new URL(href, person.page.url()).href);
  return { status: answer.status(), type: answer.headers()["content-type"] ?? "", bytes: await answer.body() };
}

export function mustBePdf(file: { type: string; bytes: Buffer; status: number }): void {
  assert.equal(file.status, 200);
  assert.match(file.type, /application\/pdf/);
  assert.equal(file.bytes.subarray(0, 5).toString("latin1"), "%PDF-");
}

/** Signed-in members of staff, kept: a one-time code works once in thirty seconds. */
const desks = new Map<string, Promise<Person>>();

export function atDesk(login: string): Promise<Person> {
  let desk = desks.get(login);
  if (!desk) {
    desk = Person.at("office", login).then(async (person) => {
      await person.signInAsStaff(login);
      return person;
    });
    desks.set(login, desk);
    desk.catch(() => desks.delete(login));
  }
  return desk;
}

export { complain };
