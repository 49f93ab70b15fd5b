// Whoever visits a page in a journey looks at it: one heading, language, title, no sideways scrolling, no complaint of
// the browser, axe at both widths, and pictures. What is wrong is collected; the journey's last test reads it out.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { BrowserContext, CDPSession, ConsoleMessage, Page } from "playwright-core";

import { shots, sites } from "./world.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
export const wide = { width: 1280, height: 900 };
export const narrow = { width: 390, height: 844 };
const narrowest = { width: 320, height: 700 };

export interface Shot {
  key: string;
  who: string;
  title: string;
  path: string;
  files: string[];
}

export const seen = new Map<string, Shot>();
const problems: string[] = [];
/** Smaller findings of axe, kept for the report. */
export const minor = new Set<string>();
mkdirSync(shots, { recursive: true });

export function complain(words: string): void {
  if (!problems.includes(words)) problems.push(words);
}

/** What was found since the last time, and forgets it. */
export function found(): string[] {
  return problems.splice(0);
}

/** An address with ids taken out: two cases are the same page. */
export function pattern(address: string): string {
  const url = new URL(address);
  const site = Object.entries(sites).find(([, base]) => address.startsWith(base))?.[0] ?? url.host;
  const path = url.pathname.replaceAll(/\/[0-9a-hjkmnp-tv-z]{20,}(?=\/|$)/gi, "/*").replaceAll(/\/[0-9a-f-]{36}(?=\/|$)/g, "/*")
    // A rule's code.
    .replaceAll(/\/[A-Z][A-Z0-9]*-[A-Z0-9-]+(?=\/|$)/g, "/*");
  return `${site}${path === "/" ? "/" : path}`;
}

/** Attaches to everything a context will open. `allowed` are answers a journey provokes on purpose. */
export async function watch(context: BrowserContext, who: string, allowed: Set<number>): Promise<void> {
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  });
  context.on("page", (page) => {
    page.on("console", (message) => console_(message, who, page, allowed));
    page.on("pageerror", (error) => complain(`${who} ${pattern(page.url())}: script: ${error.message}`));
    page.on("response", (answer) => {
      if (answer.status() >= 500 && !allowed.has(answer.status())) complain(`${who} ${pattern(answer.url())}: status ${answer.status()}`);
    });
  });
}

function console_(message: ConsoleMessage, who: string, page: Page, allowed: Set<number>): void {
  if (message.type() !== "error") return;
  const status = /the server responded with a status of (\d+)/.exec(message.text())?.[1];
  if (status && allowed.has(Number(status))) return;
  complain(`${who} ${pattern(page.url())}: console: ${message.text()} ${message.location().url}`);
}

interface Facts {
  lang: string;
  title: string;
  headings: string[];
  wider: number;
  widest: string;
}

const facts = `(() => {
  const page = document.documentElement;
  const wider = page.scrollWidth - page.clientWidth;
  const out = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > page.clientWidth + 1 && !e.closest(".scroll"));
  return { lang: page.lang, title: document.title, wider, widest: wider > 0 && out[0] ? out[0].tagName + "." + out[0].className : "",
    headings: [...document.querySelectorAll("h1")].map((h) => h.textContent.trim()) };
})()`;

/** One look. `label` names a state of a page that differs from its first appearance. */
export async function look(page: Page, who: string, scripts: boolean, label = ""): Promise<void> {
  const key = `${pattern(page.url())}${label ? ` (${label})` : ""}`;
  const name = `${who} ${key}`;
  const session = await page.context().newCDPSession(page);
  try {
    const now = await read(session);
    check(name, now);
    if (seen.has(`${who} ${key}`)) return;
    const file = `${who}-${key}`.replaceAll(/[^\p{L}\p{N}-]+/gu, "_");
    const shot: Shot = { key, who, title: now.title, path: new URL(page.url()).pathname, files: [] };
    seen.set(`${who} ${key}`, shot);
    const judged = scripts ? { page, close: async () => undefined } : await mirror(page);
    for (const size of [wide, narrow]) {
      await page.setViewportSize(size);
      check(`${name} ${size.width}px`, await read(session));
      await audit(judged.page, size, `${name} ${size.width}px`);
      const picture = `${file}-${size.width}.png`;
      await page.screenshot({ path: join(shots, picture), fullPage: true, animations: "disabled", timeout: 20_000 });
      shot.files.push(picture);
    }
    await page.setViewportSize(narrowest);
    check(`${name} ${narrowest.width}px`, await read(session));
    await page.setViewportSize(wide);
    await judged.close();
  } finally {
    await session.detach().catch(() => undefined);
  }
}

/** The page as it stands, in a context with scripts: axe waits for timers, which a page without scripts never gets. */
async function mirror(page: Page): Promise<{ page: Page; close: () => Promise<void> }> {
  const context = await page.context().browser()?.newContext({ locale: "ja-JP" });
  if (!context) throw new Error("the browser is gone");
  const body = (await page.content()).replaceAll(/<script\b[^>]*><\/script>/g, "");
  const copy = await context.newPage();
  const address = page.url().split("#")[0] ?? "";
  await copy.route((url) => url.href === address, (route) => route.fulfill({ body, contentType: "text/html; charset=utf-8" }));
  await copy.goto(address, { waitUntil: "load" });
  return { page: copy, close: () => context.close() };
}

async function read(session: CDPSession): Promise<Facts> {
  const { result } = await session.send("Runtime.evaluate", { expression: facts, returnByValue: true });
  return result.value as Facts;
}

function check(name: string, page: Facts): void {
  if (page.lang !== "ja") complain(`${name}: lang is "${page.lang}"`);
  if (!page.title.trim()) complain(`${name}: no title`);
  if (page.headings.length !== 1) complain(`${name}: ${page.headings.length} h1: ${page.headings.join(" / ")}`);
  if (page.wider > 0) complain(`${name}: ${page.wider}px wider than the screen (${page.widest})`);
}

interface Violation {
  id: string;
  impact: string;
  help: string;
  nodes: { target: string[]; summary: string }[];
}

// An isolated world: the page's own scripts and content policy neither see axe nor stand in its way.
async function audit(page: Page, size: { width: number; height: number }, name: string): Promise<void> {
  await page.setViewportSize(size);
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id, worldName: "axe" });
  const run = `${axe};axe.run(document, { runOnly: ${JSON.stringify(tags)}, iframes: false, resultTypes: ["violations"] }).then(({ violations }) =>
    violations.map(({ id, impact, help, nodes }) => ({ id, impact, help,
      nodes: nodes.slice(0, 4).map((n) => ({ target: n.target.flat(), summary: (n.failureSummary || "").split("\\n")[1] || "" })) })))`;
  const { result, exceptionDetails } = await session.send("Runtime.evaluate", { expression: run, contextId: executionContextId, awaitPromise: true, returnByValue: true });
  if (exceptionDetails) throw new Error(`axe failed at ${name}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
  for (const violation of result.value as Violation[]) {
    const where = violation.nodes.map((node) => `${node.target.join(" ")} — ${node.summary.trim()}`).join("\n      ");
    const words = `${name}: ${violation.impact} ${violation.id}: ${violation.help}\n      ${where}`;
    if (violation.impact === "serious" || violation.impact === "critical") complain(words);
    else minor.add(words);
  }
  await session.detach();
}

const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** All pictures side by side. */
export function contactSheet(): void {
  const all = [...seen.values()].sort((a, b) => `${a.who} ${a.key}`.localeCompare(`${b.who} ${b.key}`, "ja"));
  const cards = all.map((shot) => `<section><h2>${escape(`${shot.who}：${shot.key}`)}</h2><p>${escape(shot.title)}</p>${
    shot.files.map((file) => `<a href="${encodeURIComponent(file)}"><img loading="lazy" alt="${escape(file)}" src="${encodeURIComponent(file)}"></a>`).join("")}</section>`);
  writeFileSync(join(shots, "index.html"), `<!DOCTYPE html><html lang="ja"><meta charset="utf-8"><title>画面一覧</title>
<style>body{font:16px/1.6 sans-serif;margin:1rem}section{border-top:1px solid #999;padding:1rem 0}h2{font-size:1rem;margin:0}img{height:28rem;max-width:60%;object-fit:cover;object-position:top;border:1px solid #ccc;margin-right:1rem}</style>
<h1>画面一覧（${all.length}画面、1280と390）</h1>${cards.join("\n")}</html>`);
  writeFileSync(join(shots, "minor.txt"), [...minor].sort().join("\n"));
}
