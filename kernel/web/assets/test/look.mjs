// Looks at pages the way people and axe do: `node test/look.mjs <folder> <shots>` opens every HTML file of a folder over
// HTTP at 1280 and 390 px, runs axe with the WCAG 2.2 AA rules, checks for sideways overflow at 320 px, and leaves pictures.
import { createServer } from "node:http";
import { mkdir, readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";

const [folder = "site", shots = "shots"] = process.argv.slice(2);
const types = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
// The policy the server sends: what it forbids must not be needed here.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; require-trusted-types-for 'script'";
const server = createServer(async (request, response) => {
  try {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname));
    const body = await readFile(join(folder, path));
    response.writeHead(200, { "Content-Type": types[extname(path)] ?? "application/octet-stream", "Content-Security-Policy": policy });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const base = `http://127.0.0.1:${server.address().port}`;
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
await mkdir(shots, { recursive: true });
let bad = 0;
for (const name of (await readdir(folder)).filter((file) => file.endsWith(".html"))) {
  for (const width of [1280, 390, 320]) {
    const page = await browser.newPage({ viewport: { width, height: 900 }, bypassCSP: false });
    page.on("console", (message) => { if (message.type() === "error" && !message.text().includes("404")) { bad += 1; console.log(`${name} ${width}: console: ${message.text()}`); } });
    page.on("pageerror", (error) => { bad += 1; console.log(`${name} ${width}: ${error}`); });
    await page.goto(`${base}/${name}`, { waitUntil: "networkidle" });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) { bad += 1; console.log(`${name} ${width}: ${wide}px wider than the screen`); }
    if (width === 320) { await page.close(); continue; }
    await page.screenshot({ path: join(shots, `${name.replace(".html", "")}-${width}.png`), fullPage: true });
    await page.close();
    // axe needs eval, which the policy forbids: a second visit without the policy.
    const context = await browser.newContext({ viewport: { width, height: 900 }, bypassCSP: true });
    const free = await context.newPage();
    await free.goto(`${base}/${name}`, { waitUntil: "networkidle" });
    await free.evaluate(axe);
    const found = await free.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
    for (const violation of found.violations) {
      bad += 1;
      console.log(`${name} ${width}: ${violation.impact} ${violation.id}: ${violation.help}`);
      for (const node of violation.nodes.slice(0, 4)) console.log(`    ${node.target.join(" ")}  ${node.failureSummary?.split("\n")[1] ?? ""}`);
    }
    for (const open of found.incomplete) console.log(`${name} ${width}: (to judge) ${open.id} ×${open.nodes.length}`);
    await context.close();
  }
}
await browser.close();
server.close();
console.log(bad === 0 ? "nothing found" : `${bad} found`);
process.exit(bad === 0 ? 0 : 1);
