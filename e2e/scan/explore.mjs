// What a person can reach: pages, addresses with their parameters, forms with their fields. Scanners know nothing of
// ids; what is found here makes their requests lead somewhere.
import { execFileSync } from 'node:child_process';

/** Pressing these ends the scan or the world it runs in, not its findings. They are looked at by `testkit`. */
export const LEFT_OUT = {
  'post /sign-out': 'ends the session of the scan',
  'post /sessions/end': 'ends the session of the scan',
  'post /account/sessions/end': 'ends the sessions of the other scans of this person',
  'post /session/extend': 'answers in the shape of the caller, with nothing to send',
  'post /boundaries': 'shuts out the address of the scan',
  'post /boundaries/changes/{change}': 'shuts out the address of the scan',
  'post /watch/cuts': 'cuts off the address of the scan',
  'post /people/{person}/close': 'ends the person of another scan',
  'post /account/password': 'changes what the next scan signs in with',
  'post /account/totp': 'changes what the next scan signs in with',
};

/** The whole surface of a site as the program itself describes it. */
export function description(hojo, site) {
  return JSON.parse(execFileSync(hojo, ['openapi', '--site', site], { encoding: 'utf8' }));
}

const shape = path => new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '([^/]+)')}$`);

/** Matches addresses to the paths of a description; the plainest path wins. */
function matcher(document) {
  const all = Object.keys(document.paths).map(path => ({ path, shape: shape(path), names: [...path.matchAll(/\{([^}]+)\}/g)].map(m => m[1]) }));
  all.sort((a, b) => a.names.length - b.names.length);
  return address => {
    for (const one of all) {
      const found = one.shape.exec(address);
      if (found) return { path: one.path, values: Object.fromEntries(one.names.map((n, i) => [n, decodeURIComponent(found[i + 1])])) };
    }
    return null;
  };
}

const note = (map, key, value, most = 6) => {
  const set = (map[key] ??= new Set());
  if (value !== undefined && value !== '' && set.size < most) set.add(value);
};

/** Follows links from `starts`, a few of each kind, without pressing anything. */
export async function explore(browser, document, starts, most = 90) {
  const match = matcher(document);
  const seen = { values: {}, queries: {}, forms: {}, addresses: {}, pages: 0, token: '' };
  const taken = {};
  const queue = [...starts];
  const known = new Set(queue);
  const meet = (href, from) => {
    const url = new URL(href, from);
    if (url.origin !== new URL(browser.base).origin) return null;
    const at = match(url.pathname);
    if (!at) return null;
    for (const [name, value] of Object.entries(at.values)) note(seen.values, name, value);
    const queries = (seen.queries[at.path] ??= {});
    for (const [name, value] of url.searchParams) note(queries, name, value);
    return { ...at, url };
  };
  while (queue.length > 0 && seen.pages < most) {
    const page = await browser.go(queue.shift());
    seen.pages += 1;
    const here = meet(page.at, page.at);
    if (page.status === 200 && here) note(seen.addresses, here.path, here.url.pathname + here.url.search, 3);
    for (const href of page.links) {
      const found = meet(href, page.at);
      if (!found || found.path.startsWith('/assets/')) continue;
      const key = found.url.pathname + found.url.search;
      // A few of each kind: the tenth case looks like the first.
      taken[found.path] = (taken[found.path] ?? 0) + (known.has(key) ? 0 : 1);
      if (known.has(key) || taken[found.path] > 6) continue;
      known.add(key);
      queue.push(key);
    }
    for (const form of page.forms) {
      for (const action of [form.action, ...form.buttons.map(b => b.action)].filter(Boolean)) {
        const found = meet(action, page.at);
        if (!found) continue;
        const key = `${form.post ? 'post' : 'get'} ${found.path}`;
        const fields = (seen.forms[key] ??= { address: found.url.pathname, fields: {} }).fields;
        for (const c of form.controls) {
          if (c.name === '_csrf') seen.token ||= c.value;
          else note(fields, c.name, c.value ?? c.options?.[0]);
          for (const option of c.options ?? []) note(fields, c.name, option);
        }
        for (const b of form.buttons) if (b.name) note(fields, b.name, b.value);
      }
    }
  }
  return seen;
}

const values = set => [...(set ?? [])];
/** Real values and anything else. */
const loose = set => (values(set).length ? { anyOf: [{ enum: values(set) }, { type: 'string' }] } : { type: 'string' });

/** The description with what was met: real ids, the questions pages ask by query, the fields of forms. */
export function enriched(document, seen) {
  const out = structuredClone(document);
  for (const [path, methods] of Object.entries(out.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      for (const p of operation.parameters) {
        const met = values(seen.values[p.name]);
        if (met.length) p.schema = { type: 'string', enum: met };
      }
      const asked = { ...seen.queries[path], ...(method === 'get' ? seen.forms[`get ${path}`]?.fields : {}) };
      for (const [name, set] of method === 'get' ? Object.entries(asked) : []) {
        operation.parameters.push({ name, in: 'query', schema: loose(set) });
      }
      const fields = seen.forms[`${method} ${path}`]?.fields;
      if (!fields || !operation.requestBody) continue;
      for (const content of Object.values(operation.requestBody.content)) {
        content.schema.properties = Object.fromEntries(Object.entries(fields).map(([n, set]) => [n, loose(set)]));
      }
    }
  }
  return out;
}
