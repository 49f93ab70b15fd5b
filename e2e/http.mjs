// A browser without scripts and without a screen, over real HTTP: cookies, redirects, forms as the
// pages have them. No dependencies.
import http from 'node:http';

const RAW = new Set(['script', 'style', 'textarea', 'title']);
const NAMED = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0' };

function decode(text) {
  return text.replace(/&(#x?[0-9a-f]+|[a-z]+);/gi, (all, name) => {
    if (!name.startsWith('#')) return NAMED[name] ?? all;
    const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
    return String.fromCodePoint(code);
  });
}

/** Tags and texts of a page, in order. Our templates close what they open and quote their attributes. */
function* tokens(html) {
  const pattern = /<!--[\s\S]*?-->|<![^>]*>|<(\/?)([a-zA-Z][\w-]*)((?:\s+[^\s=>\/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+))?)*)\s*\/?>/g;
  let at = 0;
  for (let found = pattern.exec(html); found; found = pattern.exec(html)) {
    if (found.index > at) yield { text: decode(html.slice(at, found.index)) };
    at = pattern.lastIndex;
    const [, close, name, attributes] = found;
    if (!name) continue;
    const tag = name.toLowerCase();
    if (close) {
      yield { close: tag };
      continue;
    }
    const a = {};
    for (const [, key, , double, single, bare] of attributes.matchAll(/([^\s=]+)(\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s]+)))?/g)) {
      a[key.toLowerCase()] = decode(double ?? single ?? bare ?? '');
    }
    yield { open: tag, a };
    if (RAW.has(tag)) {
      const end = html.indexOf(`</${tag}>`, at);
      const body = html.slice(at, end < 0 ? html.length : end);
      yield { text: tag === 'script' || tag === 'style' ? '' : decode(tag === 'textarea' ? body.replace(/^\n/, '') : body) };
      yield { close: tag };
      at = end < 0 ? html.length : end + tag.length + 3;
      pattern.lastIndex = at;
    }
  }
  if (at < html.length) yield { text: decode(html.slice(at)) };
}

class Form {
  constructor(a, at) {
    this.at = at;
    this.action = a.action ?? '';
    this.post = (a.method ?? '').toLowerCase() === 'post';
    this.multipart = a.enctype === 'multipart/form-data';
    this.controls = [];
    this.buttons = [];
    this.files = [];
  }

  has(name) {
    return this.controls.some(c => c.name === name);
  }

  names() {
    return [...new Set(this.controls.map(c => c.name))];
  }

  get(name) {
    return this.pairs().find(([n]) => n === name)?.[1];
  }

  is(name, value) {
    return this.pairs().some(([n, v]) => n === name && v === value);
  }

  options(name) {
    return this.controls.filter(c => c.name === name).flatMap(c => c.options ?? (c.tick ? [c.value] : []));
  }

  set(name, value) {
    const mine = this.controls.filter(c => c.name === name);
    if (mine.length === 0) throw new Error(`${this.action} has no field ${name}; it has ${this.names().join(', ')}`);
    let fits = false;
    for (const c of mine) {
      if (c.tick) {
        if (c.value === value) fits = c.ticked = true;
        else if (c.radio) c.ticked = false;
      } else if (!c.options) {
        c.value = value;
        fits = true;
      } else if (c.options.includes(value)) {
        c.value = value;
        fits = true;
      }
    }
    if (!fits) throw new Error(`${name} of ${this.action} does not offer ${value}`);
    return this;
  }

  /** A field the page does not show yet, as its script would add it. */
  add(name, value) {
    this.controls.push({ name, value });
    return this;
  }

  tickAll(name) {
    for (const c of this.controls) if (c.name === name && c.tick && !c.radio) c.ticked = true;
    return this;
  }

  file(name, filename, type, bytes) {
    if (!this.controls.some(c => c.name === name && c.file)) throw new Error(`${this.action} takes no file ${name}`);
    this.files.push({ name, filename, type, bytes });
    return this;
  }

  button(label) {
    const found = this.buttons.find(b => b.label === label) ?? this.buttons.find(b => b.label.includes(label));
    if (!found) throw new Error(`${this.action} has no button「${label}」; it has ${this.buttons.map(b => b.label).join(', ')}`);
    return found;
  }

  pairs() {
    return this.controls
      .filter(c => !c.file && (!c.tick || c.ticked))
      .map(c => [c.name, c.options ? c.value ?? c.options[0] ?? '' : c.value]);
  }
}

class Page {
  constructor(status, headers, at, bytes) {
    Object.assign(this, { status, headers, at, bytes });
    this.html = (headers['content-type'] ?? '').startsWith('text/html') ? bytes.toString('utf8') : '';
    this.forms = [];
    this.links = [];
    this.#read();
  }

  #read() {
    const all = [...tokens(this.html)];
    const ids = {};
    for (const t of all) {
      if (t.open !== 'form') continue;
      const form = new Form(t.a, this.at);
      if (t.a.id) ids[t.a.id] = form;
      this.forms.push(form);
    }
    const words = [];
    let [next, form, template, head, area, select, option, button] = [0, null, 0, 0, null, null, null, null];
    for (const t of all) {
      if (t.text !== undefined) {
        if (!template && !head && t.text.trim()) words.push(t.text.trim());
        if (area) area.value += t.text;
        if (option) option.text += t.text;
        if (button) button.label += t.text.trim();
        continue;
      }
      if (t.close) {
        if (t.close === 'template') template -= 1;
        if (t.close === 'head') head -= 1;
        if (t.close === 'form') form = null;
        if (t.close === 'textarea') area = null;
        if (t.close === 'button') button = null;
        if (t.close === 'select') select = null;
        if (t.close === 'option' && option && select) {
          const value = option.value ?? option.text.trim();
          select.options.push(value);
          if (option.selected) select.value = value;
          option = null;
        }
        continue;
      }
      const { open: tag, a } = t;
      if (tag === 'template') template += 1;
      if (tag === 'head') head += 1;
      if (tag === 'form') form = this.forms[next++];
      if (tag === 'a' && a.href) this.links.push(a.href);
      const home = a.form === undefined ? form : ids[a.form];
      if (template || !home || 'disabled' in a) continue;
      if (tag === 'input') this.#input(home, a);
      if (tag === 'textarea' && a.name) home.controls.push((area = { name: a.name, value: '' }));
      if (tag === 'select' && a.name) home.controls.push((select = { name: a.name, options: [], value: undefined }));
      if (tag === 'option') option = { value: a.value, selected: 'selected' in a, text: '' };
      if (tag === 'button' && a.type !== 'button') {
        button = { label: '', name: a.name, value: a.value ?? '', action: a.formaction, multipart: a.formenctype === 'multipart/form-data' };
        home.buttons.push(button);
      }
    }
    this.words = words.join('\n');
  }

  #input(form, a) {
    const type = a.type ?? 'text';
    if (type === 'submit') form.buttons.push({ label: a.value ?? '', name: a.name, value: a.value ?? '', action: a.formaction });
    if (!a.name || ['submit', 'button', 'reset', 'image'].includes(type)) return;
    const tick = type === 'checkbox' || type === 'radio';
    if (type === 'file') form.controls.push({ name: a.name, file: true });
    else if (tick) form.controls.push({ name: a.name, value: a.value ?? 'on', tick, radio: type === 'radio', ticked: 'checked' in a });
    else form.controls.push({ name: a.name, value: a.value ?? '' });
  }

  form(ends) {
    const found = this.forms.find(f => f.post && f.action.endsWith(ends));
    if (!found) throw new Error(`${this.at}: no form leads to …${ends}: ${this.words.slice(0, 800)}`);
    return found;
  }

  formLike(part) {
    const found = this.forms.find(f => f.post && f.action.includes(part));
    if (!found) throw new Error(`${this.at}: no form leads to …${part}…: ${this.words.slice(0, 800)}`);
    return found;
  }

  formWithButton(label) {
    const found = this.forms.find(f => f.buttons.some(b => b.label.includes(label)));
    if (!found) throw new Error(`${this.at}: no form has a button「${label}」`);
    return found;
  }

  link(begins) {
    const found = this.links.find(l => l.startsWith(begins) && l.length > begins.length);
    if (!found) throw new Error(`${this.at}: no link begins with ${begins}: ${this.words.slice(0, 800)}`);
    return found;
  }
}

const encode = text => encodeURIComponent(text.replace(/\r?\n/g, '\r\n')).replace(/%20/g, '+');

function body(form, pairs, multipart) {
  if (!multipart) {
    return ['application/x-www-form-urlencoded', Buffer.from(pairs.map(([k, v]) => `${encode(k)}=${encode(v)}`).join('&'))];
  }
  const boundary = '----hojo-2b8e61d0c7f4953a';
  const parts = pairs.map(([k, v]) => Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${k}"\r\n\r\n${v}\r\n`));
  for (const f of form.files) {
    parts.push(Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${f.name}"; filename="${f.filename}"\r\ncontent-type: ${f.type}\r\n\r\n`));
    parts.push(f.bytes, Buffer.from('\r\n'));
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  return [`multipart/form-data; boundary=${boundary}`, Buffer.concat(parts)];
}

export class Browser {
  #agent = new http.Agent({ keepAlive: true });
  #jar = {};

  constructor(base) {
    this.base = base;
  }

  /** What a scanner has to send to be this person. */
  cookies(at = this.base) {
    return Object.entries(this.#jar[new URL(at).host] ?? {}).map(([k, v]) => `${k}=${v}`).join('; ');
  }

  /** One request. Cookies belong to the host and port, as our sites are told apart by port here. */
  #send(method, url, headers = {}, payload) {
    const { host } = url;
    const jar = (this.#jar[host] ??= {});
    const cookies = this.cookies(url.href);
    const sent = { 'user-agent': 'hojo-smoke', 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate', ...headers };
    if (cookies) sent.cookie = cookies;
    if (payload) sent['content-length'] = payload.length;
    return new Promise((resolve, reject) => {
      const request = http.request(url, { method, headers: sent, agent: this.#agent, timeout: 60_000 }, answer => {
        const chunks = [];
        answer.on('data', c => chunks.push(c));
        answer.on('error', reject);
        answer.on('end', () => {
          for (const line of answer.headers['set-cookie'] ?? []) {
            const [pair, ...rest] = line.split(';');
            const [name, value] = [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1)];
            if (value === '' || rest.some(r => /max-age=0\s*$/i.test(r.trim()))) delete jar[name];
            else jar[name] = value;
          }
          resolve(new Page(answer.statusCode, answer.headers, url.href, Buffer.concat(chunks)));
        });
      });
      request.on('timeout', () => request.destroy(new Error(`${url.href} gave no answer within a minute`)));
      request.on('error', reject);
      request.end(payload);
    });
  }

  async #follow(page) {
    for (let n = 0; n < 10; n += 1) {
      if (page.status < 300 || page.status > 399 || !page.headers.location) return page;
      const url = new URL(page.headers.location, page.at);
      page = await this.#send('GET', url);
    }
    throw new Error(`${page.at} redirects for ever`);
  }

  async go(path) {
    return this.#follow(await this.#send('GET', new URL(path, this.base)));
  }

  async get(path) {
    const page = await this.go(path);
    if (page.status !== 200) throw new Error(`${path}: ${page.status}: ${page.words.slice(0, 800)}`);
    return page;
  }

  async #post(form, button) {
    const pairs = form.pairs();
    if (button?.name) pairs.push([button.name, button.value]);
    const url = new URL(button?.action ?? form.action, form.at);
    const [type, payload] = body(form, pairs, form.multipart || button?.multipart);
    return this.#follow(await this.#send('POST', url, { origin: url.origin, 'content-type': type }, payload));
  }

  async press(form, label) {
    return this.#post(form, form.button(label));
  }

  /** The button that sends to an address ending so. */
  async pressTo(form, ends) {
    const found = form.buttons.find(b => b.action?.endsWith(ends));
    if (!found) throw new Error(`${form.action}: no button sends to …${ends}`);
    return this.#post(form, found);
  }

  async must(form, label) {
    const page = await this.press(form, label);
    if (page.status !== 200) throw new Error(`「${label}」: ${page.at}: ${page.status}: ${page.words.slice(0, 1200)}`);
    return page;
  }
}

/** Tries until something is there, up to a minute. */
export async function waitFor(what, look) {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited a minute for ${what}`);
    await new Promise(resolve => setTimeout(resolve, 400));
  }
}

/** A whole one-page PDF that says a few words. */
export function smallPdf(words) {
  const stream = `BT /F1 14 Tf 72 770 Td (${words.replace(/[^\w .:-]/g, '')}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let out = '%PDF-1.4\n';
  const places = objects.map((object, at) => {
    const place = out.length;
    out += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const start = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  for (const place of places) out += `${String(place).padStart(10, '0')} 00000 n \n`;
  out += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(out, 'latin1');
}
