// 見回り: everything each role can reach by links from its menu, GET only, each kind of page once or twice.

import assert from "node:assert/strict";
import { test } from "node:test";

import { complain, pattern, seen } from "../lib/eyes.ts";
import { Person, atDesk } from "../lib/person.ts";
import { pagesAreSound } from "../lib/story.ts";

/** As many addresses of one kind are enough. */
const enough = 2;
const most = 90;

async function crawl(person: Person, from: string[]): Promise<number> {
  const queue = [...from];
  const asked = new Set<string>();
  const kinds = new Map<string, number>();
  let visited = 0;
  const base = new URL(person.page.url()).origin;
  while (queue.length > 0 && visited < most) {
    const path = queue.shift() ?? "";
    const url = new URL(path, base);
    const kind = `${pattern(url.href)}?${[...url.searchParams.keys()].sort().join("&")}`;
    if (url.origin !== base || asked.has(url.pathname + url.search) || (kinds.get(kind) ?? 0) >= enough) continue;
    if (/\/(pdf|xlsx|files|scans|template|masters|export)(\/|$)|sign-out|\.json$|\/assets\//.test(url.pathname)) continue;
    asked.add(url.pathname + url.search);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const answer = await person.page.goto(url.href, { waitUntil: "load" });
    visited += 1;
    if (!answer || answer.status() >= 400) {
      complain(`${person.who}: a link leads to ${url.pathname}${url.search}, which answers ${answer?.status()}`);
      continue;
    }
    const first = !seen.has(`${person.who} ${pattern(person.page.url())}`);
    await person.look(first ? "" : [...url.searchParams.keys()].sort().join(" "));
    queue.push(...await person.page.locator("a[href]").evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href.split("#")[0] ?? "").filter(Boolean)));
  }
  return visited;
}

test("見回り：誰でも見られるページ", async () => {
  const guest = await Person.at("portal", "guest");
  await guest.go("/");
  assert.ok((await crawl(guest, ["/"])) >= 6);
  guest.allowed.add(404);
  await guest.go("/no-such-page", "not found", 404);
});

test("見回り：申請者のページ", async () => {
  const person = await Person.at("portal", "applicant");
  await person.signInWithGbizId("sato");
  assert.ok((await crawl(person, ["/me"])) >= 8);
  await person.leave();
});

for (const login of ["operator1", "manager1", "it1", "reviewer8"]) {
  test(`見回り：${login} のページ`, async () => {
    const person = await atDesk(login);
    person.allowed.add(403);
    await person.go("/", "home");
    assert.ok((await crawl(person, ["/"])) >= 3);
  });
}

pagesAreSound("見回り");
