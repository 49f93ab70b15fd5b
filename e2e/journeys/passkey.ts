// 新しい職員の旅: invited by mail, a passkey at first, another one and an authenticator, a lost device, leaving. The
// authenticator is Chromium's virtual one (CDP), so the real ceremony runs in the real browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CDPSession } from "playwright-core";

import { Person, atDesk } from "../lib/person.ts";
import { pagesAreSound } from "../lib/story.ts";
import { sites } from "../lib/world.ts";

let manager: Person;
let keeper: Person;
let device: Device;

interface Key {
  credentialId: string;
  isResidentCredential: boolean;
  privateKey: string;
  signCount: number;
  rpId?: string;
  userHandle?: string;
}

/** A phone or a key on a string. Chromium forgets its virtual authenticator when any session at the page is closed, and
 * looking at a page opens and closes one; so it is plugged in before each use, with what it has learnt. */
class Device {
  keys = new Map<string, Key>();

  private constructor(private readonly session: CDPSession) {
    const keep = (event: { credential: Key }): void => void this.keys.set(event.credential.credentialId, event.credential);
    session.on("WebAuthn.credentialAdded", keep);
    session.on("WebAuthn.credentialAsserted", keep);
  }

  static async for(person: Person): Promise<Device> {
    return new Device(await person.context.newCDPSession(person.page));
  }

  async plugIn(verified = true): Promise<void> {
    await this.session.send("WebAuthn.disable").catch(() => {});
    await this.session.send("WebAuthn.enable");
    const { authenticatorId } = await this.session.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true,
        isUserVerified: verified, automaticPresenceSimulation: true,
      },
    });
    for (const credential of this.keys.values()) await this.session.send("WebAuthn.addCredential", { authenticatorId, credential });
  }
}

/** Presses the button that starts a ceremony, with the device at hand. */
async function show(person: Person, what: Device, button: string, label: string): Promise<void> {
  await what.plugIn();
  await person.press(button, label);
}

/** The one-use link of the newest mail to an address: a job sends it. */
async function link(to: string): Promise<string> {
  for (let n = 0; n < 60; n += 1) {
    const mails = (await (await fetch(`${sites.mailbox}/messages.json?to=${encodeURIComponent(to)}`)).json()) as { number: number }[];
    const newest = mails[0];
    if (newest) {
      const source = await (await fetch(`${sites.mailbox}/messages/${newest.number}/json`)).text();
      const path = source.match(/\/invitations\/[0-9a-f]{64}/)?.[0];
      if (path) return path;
    }
    await new Promise((ready) => setTimeout(ready, 500));
  }
  assert.fail(`no mail to ${to}`);
}

test("管理者：新しい職員を招待する", async () => {
  manager = await atDesk("manager1");
  await manager.go("/people");
  await manager.reads("三浦 恵子", "利用中");
  await manager.follow("招待する");
  await manager.press("招待する", "empty");
  await manager.reads("ログインIDは");
  await manager.choose("kind", "staff");
  await manager.type("name", "新田 葉子");
  await manager.type("login", "nitta");
  await manager.type("email", "nitta@jimukyoku.example.jp");
  await manager.choose("role", "operator");
  await manager.press("招待する", "invited");
  await manager.reads("案内のメール", "新田 葉子");
});

test("新しい職員：メールのリンクからパスキーを登録し、パスワードなしでログインする", async () => {
  keeper = await Person.at("office", "keeper");
  device = await Device.for(keeper);
  const path = await link("nitta@jimukyoku.example.jp");
  keeper.allowed.add(404);
  await keeper.go(path, "first");
  await keeper.reads("新田 葉子", "nitta");
  await keeper.type("name", "事務所のパソコン");
  await show(keeper, device, "パスキーを登録する", "registered");
  await keeper.reads("パスキーを登録しました");
  await keeper.go(path, "used link", 404);
  await keeper.reads("使えません");
  assert.equal(device.keys.size, 1);
  assert.ok([...device.keys.values()].every((key) => key.isResidentCredential && key.rpId === "localhost"));
  await keeper.go("/sign-in");
  await show(keeper, device, "パスキーを使う", "in");
  assert.equal(keeper.path(), "/");
  assert.match(await keeper.company(), /新田/);
});

test("新しい職員：鍵が1つだけと知らされ、2つ目を登録して名前を変える", async () => {
  await keeper.go("/account", "one key");
  await keeper.reads("ログイン方法が1つしかありません", "事務所のパソコン");
  device = await Device.for(keeper);
  await keeper.page.locator('form[action="/account/passkeys"] [name="name"]').fill("予備の鍵");
  await show(keeper, device, "パスキーを登録する", "two keys");
  await keeper.reads("パスキーを登録しました", "まだ使っていません");
  assert.equal(await keeper.page.locator("form[action^='/account/passkeys/']").count(), 2);
  const first = keeper.page.locator("form[action^='/account/passkeys/']").first();
  await first.locator('[name="name"]').fill("古いパソコン");
  await keeper.pressLocator(first.getByRole("button", { name: /名前を変更/ }), "named");
  await keeper.reads("名前を変更しました");
});

test("新しい職員：本人確認をパスキーで行い、入力した内容のまま進む", async () => {
  // Asked for in another browser family: the session stays, the person proves who they are.
  const disguise = await keeper.context.newCDPSession(keeper.page);
  const userAgent = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15";
  await disguise.send("Emulation.setUserAgentOverride", { userAgent });
  await keeper.go("/queue", "asked");
  assert.ok(keeper.path().startsWith("/reauth"), keeper.path());
  await keeper.reads("異なるブラウザー");
  await show(keeper, device, "パスキーを使う", "proved");
  assert.equal(keeper.path(), "/queue");
  await disguise.detach();
  await keeper.go("/reauth?to=/account", "asked again");
  await show(keeper, device, "パスキーを使う", "proved again");
  assert.equal(keeper.path(), "/account");
});

test("複製された鍵と、本人確認をしない鍵は使えない", async () => {
  await keeper.press("ログアウト", "out");
  const thief = await Person.at("office", "thief");
  const copy = await Device.for(thief);
  // A copy made long ago: its counter stands behind.
  for (const key of device.keys.values()) copy.keys.set(key.credentialId, { ...key, signCount: 0 });
  await thief.go("/sign-in");
  await show(thief, copy, "パスキーを使う", "cloned");
  await thief.reads("複製された可能性");
  assert.ok(thief.path().startsWith("/sign-in"));
  await thief.leave();
  // The right key, but nobody showed a finger.
  await keeper.go("/sign-in");
  await device.plugIn(false);
  await keeper.button("パスキーを使う").click();
  await keeper.waitsFor("パスキーを確認できませんでした");
  await show(keeper, device, "パスキーを使う", "in again");
  assert.equal(keeper.path(), "/");
});

test("端末をすべて失った職員を、管理者2人で助ける", async () => {
  await manager.go("/people");
  await manager.follow("新田 葉子");
  const address = manager.path().split("?")[0] ?? "";
  await manager.page.getByText("端末をなくした人のログイン方法を再設定する").click();
  await manager.type("reason", "鍵と端末を紛失。来所し職員証で確認。");
  await manager.press("再設定を起案する", "proposed");
  await manager.reads("起案した人は承認できません");
  const second = await atDesk("manager2");
  await second.go(address, "to approve");
  await second.press("承認する", "approved");
  await second.reads("承認しました");
  await keeper.go("/queue", "thrown out");
  assert.ok(keeper.path().startsWith("/sign-in"), keeper.path());
  await show(keeper, device, "パスキーを使う", "old key");
  await keeper.reads("登録されていないか");
});

test("管理者：退職した職員の利用を止める", async () => {
  await manager.go("/people");
  await manager.follow("新田 葉子");
  await manager.follow("利用を停止する");
  await manager.reads("担当している案件と、終わっていない審査はありません");
  await manager.type("reason", "任期満了のため");
  await manager.press("利用を停止する", "closed");
  await manager.reads("利用を停止しました");
});

pagesAreSound("パスキー");
