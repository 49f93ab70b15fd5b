// キーボードだけの旅: sign-in to a saved section with Tab, Enter, Space and letters; the focus is always to be seen.

import assert from "node:assert/strict";
import { test } from "node:test";

import { answersOf } from "../lib/examples.ts";
import { saved } from "../lib/fill.ts";
import { Person } from "../lib/person.ts";
import { pagesAreSound } from "../lib/story.ts";

const answers = answersOf("manufacturer-22");
let person: Person;

interface Focus {
  name: string;
  words: string;
  kind: string;
  value: string;
  visible: boolean;
}

/** What has the focus, and whether one can see that it has. */
async function focus(): Promise<Focus> {
  return await person.page.evaluate(() => {
    const e = document.activeElement as HTMLElement;
    const box = e.getBoundingClientRect();
    const style = getComputedStyle(e);
    const ring = (style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 10));
    const covered = box.width > 0 && top !== null && !e.contains(top) && !top.contains(e) && !(e as HTMLInputElement).labels?.[0]?.contains(top);
    return {
      name: e.getAttribute("name") ?? "", words: (e.innerText || e.getAttribute("aria-label") || "").trim().slice(0, 60),
      kind: `${e.tagName.toLowerCase()}${e.getAttribute("type") ? `.${e.getAttribute("type")}` : ""}`, value: (e as HTMLInputElement).value ?? "",
      visible: ring && !covered,
    };
  });
}

/** Tabs on until something fits; everything on the way must show that it has the focus. */
async function tabTo(what: string, fits: (f: Focus) => boolean, most = 120): Promise<Focus> {
  for (let at = 0; at < most; at += 1) {
    await person.page.keyboard.press("Tab");
    const f = await focus();
    if (f.kind !== "body" && f.kind !== "iframe") assert.ok(f.visible, `the focus cannot be seen at ${person.path()}: ${JSON.stringify(f)}`);
    if (fits(f)) return f;
  }
  assert.fail(`${what} cannot be reached with Tab at ${person.path()}`);
}

async function enter(label = ""): Promise<void> {
  await Promise.all([person.page.waitForNavigation({ waitUntil: "load" }), person.page.keyboard.press("Enter")]);
  await person.look(label);
}

test("キーボード：ログインして申請を始める", async () => {
  person = await Person.at("portal", "keyboard");
  await person.go("/");
  await person.page.keyboard.press("Tab");
  assert.match((await focus()).words, /本文へ移動/, "the skip link comes first");
  await person.go("/sign-in");
  await tabTo("GビズID", (f) => /GビズID/.test(f.words) && f.kind.startsWith("button"));
  await enter("chooser");
  await tabTo("other account", (f) => f.name === "other_account");
  await person.page.keyboard.type("demo-00181");
  await tabTo("sign in", (f) => /サインイン/.test(f.words));
  await enter();
  await tabTo("start", (f) => /申請を始める/.test(f.words));
  await enter();
  assert.match(person.path(), /^\/filings\//);
});

test("キーボード：役員一覧に入力し、行を加え、保存する", async () => {
  await tabTo("officers", (f) => /役員一覧/.test(f.words));
  await enter("empty");
  const rows = answers["officers"] as Record<string, string>[];
  for (const [at, row] of rows.entries()) {
    if (at > 0) {
      await tabTo("add a row", (f) => /行を追加/.test(f.words));
      await person.page.keyboard.press("Enter");
      const f = await focus();
      assert.equal(f.name, `officers[${at}].officer_post`, "a new row takes the focus");
      await person.page.keyboard.type(row["officer_post"] ?? "");
    }
    for (const [column, value] of Object.entries(row)) {
      if (at > 0 && column === "officer_post") continue;
      await tabTo(column, (f) => f.name === `officers[${at}].${column}`);
      await person.page.keyboard.type(value);
    }
  }
  await saved(person);
  await person.look("filled");
  await tabTo("save", (f) => /保存して一覧に戻る/.test(f.words));
  await enter();
  await person.reads("役員一覧");
});

test("キーボード：誓約の9項目にスペースキーで同意する", async () => {
  await person.page.keyboard.press("Home");
  await person.go(person.path());
  await tabTo("consents", (f) => /誓約・同意/.test(f.words));
  await enter("empty");
  for (let at = 0; at < 9; at += 1) {
    await tabTo(`consent ${at + 1}`, (f) => f.kind === "input.checkbox");
    await person.page.keyboard.press("Space");
  }
  assert.equal(await person.page.locator("main input[type=checkbox]:checked").count(), 9);
  await saved(person);
  await tabTo("next", (f) => /保存して次へ/.test(f.words));
  await enter("empty");
  await person.leave();
});

pagesAreSound("キーボード");
