// Coming in over plain HTTP, as people without scripts do.
import { createHmac } from 'node:crypto';
import { Browser } from './http.mjs';

/** RFC 6238: SHA-1, six digits, thirty seconds. */
export function oneTimeCode(secret) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  let bits = '';
  for (const c of secret) bits += alphabet.indexOf(c).toString(2).padStart(5, '0');
  const key = Buffer.from(bits.match(/.{8}/g).map(b => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Somebody who is signed in elsewhere is asked first whether that ends. */
async function takeOver(browser, page) {
  return page.at.includes('/sign-in/other') ? browser.press(page.form('/sign-in'), 'こちらで続ける') : page;
}

/** Staff and reviewers: password and one-time code. */
export async function insider(office, login, password, secret) {
  const browser = new Browser(office);
  const form = (await browser.get('/sign-in')).form('/sign-in');
  form.set('login', login).set('password', password).set('code', oneTimeCode(secret));
  const page = await takeOver(browser, await browser.press(form, 'ログイン'));
  if (page.status !== 200 || page.at.includes('/sign-in')) throw new Error(`${login} was not let in: ${page.words}`);
  return browser;
}

/** Through the stand-in for GビズID: there, choose the account, and back. */
export async function applicant(portal, login) {
  const browser = new Browser(portal);
  const start = (await browser.get('/sign-in')).form('/sign-in');
  const chooser = await browser.press(start, 'GビズIDでログイン');
  const form = chooser.form('/choose');
  form.set('account', login);
  const page = await takeOver(browser, await browser.press(form, 'このアカウントでサインイン'));
  if (!page.at.startsWith(`${portal}/me`)) throw new Error(`signing in ended at ${page.at}: ${page.words}`);
  return browser;
}
