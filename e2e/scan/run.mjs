// ./test --security: public scanners against a running world, signed in as each kind of person. Prints a line a scan,
// writes summary.json, ends with 1 when anything was found that nobody has explained below.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Browser } from '../http.mjs';
import { applicant, insider } from '../signin.mjs';
import { LEFT_OUT, description, enriched, explore } from './explore.mjs';
import { failures, schemathesis, sqlmap, wapiti } from './tools.mjs';

const env = name => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const folder = env('SCAN_FOLDER');
const bin = env('SCAN_BIN');
const hojo = env('SCAN_HOJO');
const log = env('SCAN_LOG');
const places = { portal: env('SCAN_PORTAL'), office: env('SCAN_OFFICE'), api: env('SCAN_API') };
for (const place of Object.values(places)) {
  if (!['localhost', '127.0.0.1'].includes(new URL(place).hostname)) throw new Error(`${place} is not this machine`);
}
/** Seconds of one scan; the whole takes about twenty times as long. */
const seconds = Number(process.env.SCAN_SECONDS ?? 30);

// Who can sign in stands in the file that `hojo demo seed --mark` writes.
const staff = Object.fromEntries(
  readFileSync(env('SCAN_MARK'), 'utf8').split('\n').map(line => /^\s+(\S+)\s+(demo-\S+-pass)\s+([A-Z2-7]{32})/.exec(line)).filter(Boolean).map(m => [m[1], { password: m[2], secret: m[3] }]),
);

const PEOPLE = [
  { name: 'nobody', site: 'portal', starts: ['/'] },
  { name: 'nobody', site: 'office', starts: ['/sign-in'] },
  { name: 'nobody', site: 'api', starts: ['/v1/rounds'] },
  { name: 'hinode', site: 'portal', starts: ['/me'] },
  { name: 'minato', site: 'portal', starts: ['/me'] },
  { name: 'operator1', site: 'office', starts: ['/'] },
  { name: 'manager1', site: 'office', starts: ['/'] },
  { name: 'it1', site: 'office', starts: ['/'] },
  { name: 'reviewer1', site: 'office', starts: ['/review'] },
];

/** What a scanner calls a weakness here and is none, with the reason. Everything else fails the run. */
const EXPLAINED = [
  // Nobody is signed in yet, so there is no token to bind; Origin and Sec-Fetch-Site are checked (kernel/web/src/csrf.rs).
  { shape: /^Cross Site Request Forgery: POST \/sign-in : Lack of anti CSRF token/, why: 'the origin is checked' },
];

async function meet({ name, site, starts }) {
  const base = places[site];
  let browser = new Browser(base);
  if (name !== 'nobody') {
    browser = site === 'portal' ? await applicant(base, name) : await insider(base, name, staff[name].password, staff[name].secret);
  }
  const document = description(hojo, site);
  const seen = await explore(browser, document, starts);
  const who = { base, name, site, cookie: browser.cookies(), token: name === 'nobody' ? '' : seen.token };
  return { browser, who, seen, document: enriched(document, seen) };
}

/** A scan whose session had ended has tested the sign-in page. */
async function stillIn({ browser, who }) {
  if (who.name === 'nobody') return true;
  const page = await browser.go(who.site === 'portal' ? '/me' : '/account');
  // Who is asked for a factor sees nothing else until it is shown.
  return page.status === 200 && !/\/(sign-in|reauth)/.test(page.at);
}

const results = [];
function record(result) {
  results.push(result);
  const { tool, person, site, tried, found } = result;
  console.log(`${tool.padEnd(12)} ${site.padEnd(6)} ${person.padEnd(9)} ${tried} · ${found.length} found${result.valid ? '' : ' · THE SESSION ENDED'}`);
  for (const one of found) console.log(`    ${one}`);
}

async function bySchemathesis(met) {
  const { who } = met;
  const { text } = await schemathesis(bin, join(folder, `schemathesis-${who.site}-${who.name}`), who, met.document, seconds);
  const tried = /(\d+) generated/.exec(text)?.[1];
  const operations = /Tested: (\d+)/.exec(text)?.[1];
  const found = [...text.matchAll(/^ {2}❌ (ST\d+ .*)$/gm)].map(m => m[1]);
  if (!tried) found.push(`it did not run: ${text.slice(-600)}`);
  record({ tool: 'schemathesis', person: who.name, site: who.site, tried: `${operations} operations, ${tried} requests`, found, valid: await stillIn(met) });
}

async function byWapiti(met) {
  const { who, seen } = met;
  const starts = Object.values(seen.addresses).map(set => [...set][0]);
  const { report, text } = await wapiti(bin, join(folder, `wapiti-${who.site}-${who.name}`), who, starts, seconds * 2);
  const found = [];
  if (!report) found.push(`it did not run: ${text.slice(-600)}`);
  for (const kind of ['vulnerabilities', 'anomalies']) {
    for (const [name, list] of Object.entries(report?.[kind] ?? {})) for (const one of list) found.push(`${name}: ${one.method} ${one.path} ${one.parameter ?? ''}: ${one.info}`);
  }
  const open = found.filter(f => !EXPLAINED.some(e => e.shape.test(f)));
  record({ tool: 'wapiti', person: who.name, site: who.site, tried: `${report?.infos?.crawled_pages_nbr ?? 0} pages`, found: open, valid: await stillIn(met) });
}

/** The addresses with the most to ask, and the forms that search or write text. */
function targets(seen) {
  const looks = Object.values(seen.addresses).flatMap(set => [...set]).filter(a => a.includes('?') && !a.includes('?v='));
  const asks = Object.entries(seen.forms).filter(([key]) => key.startsWith('get ')).map(([, form]) => `${form.address}?${pairs(form.fields)}`);
  const sends = Object.entries(seen.forms)
    .filter(([key]) => key.startsWith('post ') && !LEFT_OUT[key])
    .map(([, form]) => ({ address: form.address, data: pairs(form.fields) }))
    .filter(t => t.data);
  // `*` marks a part of the path as a parameter.
  const ids = Object.values(seen.addresses).flatMap(set => [...set].slice(0, 1)).filter(a => /\/[0-9a-z]{20,}/.test(a)).map(a => a.split('?')[0].replace(/(\/[0-9a-z]{20,})/, '$1*'));
  const gets = [...new Set([...asks, ...looks])].sort((a, b) => b.split('&').length - a.split('&').length);
  const mixed = [];
  for (let n = 0; n < 40; n += 1) for (const list of [gets.map(address => ({ address })), sends, ids.map(address => ({ address }))]) if (list[n]) mixed.push(list[n]);
  return mixed;
}

const pairs = fields => Object.entries(fields).map(([n, set]) => `${encodeURIComponent(n)}=${encodeURIComponent([...set][0] ?? '1')}`).slice(0, 12).join('&');

async function bySqlmap(met) {
  const { who, seen } = met;
  const tries = await sqlmap(bin, join(folder, `sqlmap-${who.site}-${who.name}`), who, targets(seen), seconds * 1.5);
  const found = tries.filter(t => t.injectable).map(t => `injectable: ${t.address} ${t.data ?? ''}`);
  if (!tries.some(t => t.judged)) found.push('it judged nothing');
  record({ tool: 'sqlmap', person: who.name, site: who.site, tried: `${tries.filter(t => t.judged).length} of ${tries.length} addresses judged`, found, valid: await stillIn(met) });
}

/** With the watch at work a scan ends soon: what it does is seen, and its session stands before a door that wants a factor. */
async function watched(person) {
  const met = await meet(person);
  const began = Date.now();
  const { text } = await schemathesis(bin, join(folder, 'watched'), met.who, met.document, 20);
  const valid = !(await stillIn(met));
  const tried = `${/(\d+) generated/.exec(text)?.[1]} requests in ${Math.round((Date.now() - began) / 1000)} s`;
  record({ tool: 'the watch', person: person.name, site: person.site, tried, found: valid ? [] : ['the session outlived the scan'], valid: true });
}

mkdirSync(folder, { recursive: true });
const only = process.env.SCAN_ONLY;
const scans = [
  [bySchemathesis, () => true],
  [byWapiti, p => ['nobody', 'hinode', 'manager1'].includes(p.name) && p.site !== 'api'],
  [bySqlmap, p => ['hinode', 'operator1', 'it1'].includes(p.name) || (p.name === 'nobody' && p.site === 'portal')],
];
if (only === 'watched') await watched(PEOPLE.find(p => p.name === 'manager1'));
for (const [scan, wanted] of scans) {
  if (only && scan.name !== only) continue;
  for (const person of PEOPLE.filter(wanted)) await scan(await meet(person));
}
const broke = failures(log);
for (const line of broke.slice(0, 20)) console.log(line);
writeFileSync(join(folder, only ? `${only}.json` : 'summary.json'), JSON.stringify({ results, broke }, null, 1));
const wrong = results.filter(r => r.found.length > 0 || !r.valid).length + broke.length;
console.log(`${results.length} scans, ${results.reduce((n, r) => n + r.found.length, 0)} findings, ${broke.length} requests failed inside`);
process.exit(wrong > 0 ? 1 : 0);
