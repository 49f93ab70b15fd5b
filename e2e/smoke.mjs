// The main job once, over HTTP, as people without scripts do it: forms are read from the pages and
// sent as they stand. Prints a line for each step; exits 0 when the company has read its letter.
import { readFileSync } from 'node:fs';
import { smallPdf, waitFor } from './http.mjs';
import * as comesIn from './signin.mjs';

const env = name => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const portal = env('SMOKE_PORTAL');
const office = env('SMOKE_OFFICE');
const secrets = Object.fromEntries(env('SMOKE_STAFF').trim().split('\n').map(line => line.split(' ')));

const began = Date.now();
let last = began;
async function step(words, work) {
  try {
    const result = await work();
    const now = Date.now();
    console.log(`${((now - began) / 1000).toFixed(1).padStart(6)} s  ${words}（${((now - last) / 1000).toFixed(1)} 秒）`);
    last = now;
    return result;
  } catch (error) {
    console.log(`  FAILED  ${words}`);
    throw error;
  }
}

function expect(condition, words) {
  if (!condition) throw new Error(words);
}

const insider = login => comesIn.insider(office, login, env('SMOKE_PASSWORD'), secrets[login]);
const applicant = login => comesIn.applicant(portal, login);

/** Types what belongs on this page; what only appears after saving is typed in the next round. */
async function fill(browser, address, sheet) {
  const done = new Set();
  for (let round = 0; round < 5; round += 1) {
    const form = (await browser.get(address)).form(address.replace(/^.*(\/sections\/)/, '$1'));
    let typed = 0;
    for (const [name, value] of sheet.fields) {
      // The page shows amounts and dates as people read them, so what was typed once is not compared.
      if (done.has(`${name}\0${value}`)) continue;
      const row = name.match(/^(.+)\[(\d+)\]\.(.+)$/);
      if (form.has(name)) form.set(name, value);
      // A row more than the page shows: what 「行を追加」 does.
      else if (row && form.has(`${row[1]}[0].${row[3]}`)) form.add(name, value);
      else continue;
      done.add(`${name}\0${value}`);
      typed += 1;
    }
    if (typed === 0) return;
    const saved = await browser.press(form, '保存');
    expect(saved.status === 200 || saved.status === 422, `${address}: ${saved.status}: ${saved.words}`);
  }
}

async function attach(browser, address, field) {
  const form = (await browser.get(address)).form(address.replace(/^.*(\/sections\/)/, '$1'));
  form.file(field, `${field}.pdf`, 'application/pdf', smallPdf(`smoke ${field}`));
  const page = await browser.pressTo(form, `/files/${field}`);
  expect(page.status === 200, `${field} was not taken: ${page.words}`);
}

async function review(login) {
  const browser = await insider(login);
  const link = (await browser.get('/review')).link('/review/');
  const declared = (await browser.get(link)).form('/declare').set('conflict', 'none');
  await browser.must(declared, '申告する');
  const sheet = (await browser.get(link)).form('/save');
  for (const name of sheet.names()) {
    if (name.startsWith('points.')) sheet.set(name, sheet.options(name).includes('pass') ? 'pass' : '4');
    if (name.startsWith('comment.')) sheet.set(name, '課題と取組の関係が明確で、根拠となる数字も示されている。');
  }
  sheet.set('overall', '自社の強みを生かした計画であり、市場の動きもよく調べられている。設備の導入から販売までの道筋が具体的で、実現の見込みは高いと考える。');
  await browser.must(sheet, '保存する');
  const confirm = (await browser.get(`${link}/finalise`)).form('/finalise');
  await browser.must(confirm, confirm.buttons[0].label);
}

async function main() {
  const company = await step('申請者がGビズIDでログイン', () => applicant('aozora'));

  const base = await step('申請を始める', async () => {
    const form = (await company.get('/me')).formLike('/me/start');
    const page = await company.must(form, form.buttons[0].label);
    return new URL(page.at).pathname;
  });

  await step('申請書の全項目を入力し、書類を添付', async () => {
    const sheets = JSON.parse(readFileSync(env('SMOKE_ANSWERS'), 'utf8'));
    for (const sheet of sheets) {
      const address = `${base}/sections/${sheet.section}`;
      if ((await company.go(address)).status === 404) continue;
      await fill(company, address, sheet);
      for (const field of sheet.files) await attach(company, address, field);
    }
  });

  const number = await step('確認して提出', async () => {
    const form = (await company.get(`${base}/check`)).form('/submit');
    form.tickAll('confirm').set('declare', 'yes');
    const page = await company.must(form, '提出する');
    expect(page.at.endsWith('/receipt'), `submitting ended at ${page.at}: ${page.words}`);
    const found = page.words.match(/SMOKE-\d{5}/);
    expect(found, `the receipt shows no number: ${page.words}`);
    return found[0];
  });

  await step('受付のお知らせメールが届く', () => waitFor('the mail of receipt', async () => {
    const mails = await (await fetch(`${env('SMOKE_MAILBOX')}/messages.json`)).text();
    return mails.includes(number) || /受け?付/.test(mails);
  }));

  const operator = await step('オペレータがログイン', () => insider('operator1'));
  const desk = await step('案件を見つけて担当になる', async () => {
    const link = (await operator.get(`/queue?search=${number}`)).link('/cases/');
    const form = (await operator.get(link)).formWithButton('自分が担当になる');
    await operator.must(form, '自分が担当になる');
    return link.split('?')[0];
  });

  await step('指摘を付けて差し戻す', async () => {
    const remark = (await operator.get(`${desk}/examine?remark=plan_title&wording=title_error`)).form('/examine/remarks');
    await operator.must(remark, '指摘を追加する');
    await operator.must((await operator.get(`${desk}/return`)).form('/return'), '差し戻す');
  });

  await step('申請者が直して再提出', async () => {
    const open = await findForm(company, base, 'plan_title');
    open.set('plan_title', `${open.get('plan_title')}（修正）`);
    await company.must(open, '保存');
    const form = (await company.get(`${base}/check`)).form('/submit');
    form.tickAll('confirm').set('declare', 'yes');
    const page = await company.must(form, '提出する');
    expect(page.at.endsWith('/receipt'), `submitting again ended at ${page.at}: ${page.words}`);
  });

  await step('一次の形式確認', async () => {
    const list = (await operator.get(`${desk}/examine`)).form('/examine/checklist');
    for (const name of list.names()) if (name.startsWith('item_')) list.set(name, 'fits');
    await operator.must(list, '保存する');
    const finish = (await operator.get(`${desk}/examine/finish`)).form('/examine/finish').set('result', 'passed');
    await operator.must(finish, '一次の形式確認を終える');
  });
  await step('別の人が二次の形式確認', async () => {
    const second = await insider('operator2');
    const form = (await second.get(`${desk}/examine/second`)).form('/examine/second').set('agrees', 'yes');
    await second.must(form, '二次の形式確認を終える');
  });

  const manager = await step('管理者がログインし、審査員3名を割り当てる', async () => {
    const browser = await insider('manager1');
    const form = (await browser.get('/assignments/automatic')).form('/assignments/automatic');
    await browser.must(form, '割り当てる');
    return browser;
  });
  for (const n of [1, 2, 3]) await step(`審査員${n}が申告・採点・確定`, () => review(`reviewer${n}`));

  const run = await step('採択シミュレーション', async () => {
    const page = await waitFor('the case to wait for a decision', async () => {
      const found = await manager.get('/runs/new');
      return /決定を待つ\s*1件/.test(found.words) ? found : null;
    });
    const form = page.form('/runs').set('name', '動作確認');
    const made = await manager.must(form, '実行して保存する');
    return new URL(made.at).pathname;
  });
  await step('別の管理者が採否を確定', async () => {
    const other = await insider('manager2');
    await other.must((await other.get(`${run}/commit`)).form('/commit'), '採否を確定し');
  });

  await step('申請者が採択通知書を読む', async () => {
    const letter = await waitFor('the letter of adoption', async () => {
      const page = await company.get('/letters');
      for (const link of page.links.filter(l => /^\/letters\/[^/]+$/.test(l))) {
        const opened = await company.get(link);
        if (opened.words.includes('採択') && !opened.words.includes('差戻し通知')) return link;
      }
      return null;
    });
    const pdf = await company.go(`${letter}/pdf`);
    expect(pdf.status === 200 && pdf.bytes.subarray(0, 5).toString() === '%PDF-', 'the letter has no PDF');
    console.log(`           採択通知書 ${pdf.bytes.length} バイト`);
  });
}

/** The form of the section that asks a field and lets it be changed. */
async function findForm(browser, base, field) {
  const links = (await browser.get(base)).links.filter(l => l.startsWith(`${base}/sections/`));
  for (const address of new Set(links.map(l => l.split(/[?#]/)[0]))) {
    const form = (await browser.get(address)).forms.find(f => f.action.endsWith(address) && f.has(field));
    if (form) return form;
  }
  throw new Error(`no section lets ${field} be changed`);
}

main().then(
  () => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  完了`),
  error => {
    console.error(error.stack ?? String(error));
    process.exit(1);
  },
);
