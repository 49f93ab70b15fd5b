// The three scanners: how each is called, and what it said.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LEFT_OUT } from './explore.mjs';

// Whatever a scanner would like to ask of the world outside ends at a closed port of this machine.
const NOWHERE = 'http://127.0.0.1:9';
const alone = { HTTP_PROXY: NOWHERE, HTTPS_PROXY: NOWHERE, http_proxy: NOWHERE, https_proxy: NOWHERE, NO_PROXY: 'localhost,127.0.0.1', no_proxy: 'localhost,127.0.0.1' };

/** Runs to its end or to its time; a scanner that was stopped has still said what it found. */
function run(program, args, seconds, cwd, { more = alone, killSignal = 'SIGINT' } = {}) {
  return new Promise(resolve => {
    const options = { cwd, timeout: seconds * 1000, killSignal, maxBuffer: 256 << 20, env: { ...process.env, ...more } };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stopped: Boolean(error?.killed), text: `${stdout}\n${stderr}` });
    });
    // An open input is waited for.
    child.stdin.end();
  });
}

const headers = who => ({
  ...(who.cookie ? { Cookie: who.cookie } : {}),
  ...(who.token ? { 'X-CSRF-Token': who.token } : {}),
  Origin: new URL(who.base).origin,
  'Sec-Fetch-Site': 'same-origin',
  'User-Agent': 'hojo-smoke',
});

export async function schemathesis(bin, folder, who, document, seconds) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'openapi.json');
  const report = join(folder, 'report.json');
  writeFileSync(file, JSON.stringify(document));
  const args = ['run', file, '--url', who.base, '--phases', 'examples,coverage,fuzzing', '--max-time', String(seconds), '--seed', '1',
    '--checks', 'not_a_server_error,status_code_conformance,content_type_conformance,unsupported_method,allow_header_conformance',
    '--max-examples', '12', '--rate-limit', '60/s', '--request-timeout', '10', '--max-redirects', '0', '--continue-on-failure', '--no-shrink',
    '--suppress-health-check', 'all', '--generation-database', 'none', '--no-color', '--report', 'json', '--report-json-path', report];
  for (const operation of Object.keys(LEFT_OUT)) args.push('--exclude-operation-id', operation);
  for (const [name, value] of Object.entries(headers(who))) args.push('-H', `${name}: ${value}`);
  const { text } = await run(join(bin, 'schemathesis'), args, seconds + 90, folder);
  writeFileSync(join(folder, 'log.txt'), text);
  const done = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null;
  return { text, report: done };
}

// What asks servers elsewhere, or is about another kind of software, stays out: ssrf, xxe, log4shell, shellshock, spring4shell,
// nikto, wapp, wp_enum, takeover, network_device.
const MODULES = 'backup,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,ldap,methods,permanentxss,redirect,sql,ssl,upload,xss';

export async function wapiti(bin, folder, who, starts, seconds) {
  mkdirSync(folder, { recursive: true });
  const report = join(folder, 'report.json');
  const args = ['-u', `${who.base}/`, '--scope', 'folder', '-m', MODULES, '-d', '4', '--max-links-per-page', '40', '--max-files-per-dir', '25', '--max-scan-time',
    String(seconds / 2), '--max-attack-time', String(Math.max(6, seconds / 12)), '-S', 'normal', '--tasks', '4', '-t', '10', '--no-bugreport', '--flush-session',
    '--drop-set-cookie', '--store-session', folder, '--store-config', folder,
    '-A', 'hojo-smoke', '-f', 'json', '-o', report, '-x', `${who.base}/sign-out`, '-x', `${who.base}/sessions/end`, '-x', `${who.base}/account/sessions/end`,
    '-x', `${who.base}/boundaries`, '-x', `${who.base}/watch/cuts`, '-x', `${who.base}/account/password`];
  for (const address of starts) args.push('-s', `${who.base}${address}`);
  const { Cookie, 'User-Agent': _, ...rest } = headers(who);
  if (Cookie) args.push('-C', Cookie);
  for (const [name, value] of Object.entries(rest)) args.push('-H', `${name}: ${value}`);
  const { text, stopped } = await run(join(bin, 'wapiti'), args, seconds + 30, folder);
  writeFileSync(join(folder, 'log.txt'), text);
  const done = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null;
  return { text, stopped, report: done };
}

// It asks nothing but its target, and a proxy in the environment would be asked first.
export async function sqlmap(bin, folder, who, targets, seconds) {
  const tries = [];
  const end = Date.now() + seconds * 1000;
  for (const [n, target] of targets.entries()) {
    const left = Math.floor((end - Date.now()) / 1000);
    if (left < 5) break;
    const out = join(folder, String(n));
    mkdirSync(out, { recursive: true });
    const args = ['-u', `${who.base}${target.address}`, '--batch', '--level', '1', '--risk', '1', '--dbms', 'PostgreSQL', '--technique', 'BES', '--threads', '4',
      '--timeout', '10', '--retries', '0', '--flush-session', '--disable-coloring', '--ignore-proxy', '--ignore-redirects', '--skip', '_csrf,user-agent,referer,host,cookie',
      '--output-dir', out, '--answers', 'optimize=N,redirect=N,follow=N'];
    for (const [name, value] of Object.entries(headers(who))) args.push('-H', `${name}: ${value}`);
    if (target.data) args.push('--data', target.data, '--method', 'POST');
    const { text, stopped } = await run(join(bin, 'sqlmap'), args, Math.min(left, 30), out, { more: {}, killSignal: 'SIGKILL' });
    writeFileSync(join(out, 'log.txt'), text);
    tries.push({ ...target, stopped, injectable: /is vulnerable|injectable with|identified the following injection point/.test(text), tested: (text.match(/testing if|does not (?:seem|appear) to be/g) ?? []).length,
      judged: /all tested parameters do not appear to be injectable|appear to be injectable|no parameter\(s\) found/.test(text) });
  }
  return tries;
}

/** The server's own word: every request that failed inside. */
export function failures(log) {
  return readFileSync(log, 'utf8').split('\n').filter(line => /a request failed|panicked/.test(line));
}

export const logs = folder => readdirSync(folder, { recursive: true }).filter(f => String(f).endsWith('log.txt'));
