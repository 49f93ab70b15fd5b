// Saves a section as it is typed, and never says "saved" when it is not. The agreement with the server stands in
// ui/save.rs. What is typed stays in this tab's sessionStorage until the server has it.

import { isAmount, ungrouped } from "./amount.ts";
import { button, csrf, debounce, make } from "./dom.ts";
import { replaceLive } from "./live.ts";

const quiet = 900;
export const pauses = [2_000, 5_000, 10_000, 20_000, 40_000, 60_000] as const;

/** The pause before attempt number `attempt` (from 1), growing, never longer than a minute. */
export function pause(attempt: number): number {
  return pauses[Math.min(Math.max(attempt, 1), pauses.length) - 1] ?? 60_000;
}

interface Theirs {
  version: number;
  by?: string;
  at?: string;
  values: { name: string; label: string; theirs: string }[];
}

export class Autosave {
  private version: string;
  private saved: string;
  private attempt = 0;
  private running: AbortController | undefined;
  private again = false;
  private stopped = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly key: string;
  private readonly words: HTMLElement | null;
  private readonly state: HTMLElement | null;
  private readonly trouble: HTMLElement | null;
  private readonly soon = debounce(quiet, () => void this.save());

  constructor(private readonly form: HTMLFormElement, private readonly address: string) {
    this.version = form.dataset["version"] ?? "";
    this.saved = this.body();
    this.key = `hojo:${address}`;
    this.state = form.querySelector("[data-save-state]");
    this.words = form.querySelector("[data-save-words]");
    this.trouble = form.querySelector("[data-save-trouble]");
    form.addEventListener("input", (event) => this.changed(event));
    form.addEventListener("change", (event) => this.changed(event));
    form.addEventListener("hojo:rows", () => this.soon());
    form.addEventListener("submit", () => this.leaving());
    addEventListener("beforeunload", (event) => {
      if (this.isDirty()) event.preventDefault();
    });
    addEventListener("pagehide", () => this.flush());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") void this.save();
    });
    addEventListener("online", () => void this.retryNow());
    this.offerKept();
  }

  private body(): string {
    const pairs = new URLSearchParams();
    const amounts = new Set([...this.form.elements].filter(isAmount).map(({ name }) => name));
    for (const [name, value] of new FormData(this.form)) {
      // Files go their own way; the token travels in a header.
      if (typeof value !== "string" || name === "_csrf" || name === "_version") continue;
      pairs.append(name, amounts.has(name) ? ungrouped(value) : value);
    }
    return pairs.toString();
  }

  private isDirty(): boolean {
    return !this.stopped && this.body() !== this.saved;
  }

  private changed(event: Event): void {
    if (event.target instanceof HTMLInputElement && event.target.type === "file") return;
    this.keep();
    this.soon();
  }

  /** The person presses a button of the form: the page itself sends everything now. */
  private leaving(): void {
    this.stopped = true;
    this.soon.cancel();
    clearTimeout(this.timer);
    this.running?.abort();
    const hidden = this.form.querySelector<HTMLInputElement>('input[name="_version"]');
    if (hidden) hidden.value = this.version;
    // A submission that fails on the way brings the person back to this page with the text still kept.
    setTimeout(() => { this.stopped = false; }, 10_000);
  }

  async save(): Promise<void> {
    if (this.stopped || !this.isDirty()) return;
    if (this.running) {
      this.again = true;
      return;
    }
    const body = this.body();
    const running = new AbortController();
    this.running = running;
    const limit = setTimeout(() => running.abort(), 20_000);
    try {
      const answer = await fetch(this.address, {
        method: "POST", body, signal: running.signal, credentials: "same-origin", redirect: "manual",
        headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "text/html", "X-Hojo-Version": this.version, ...csrf() },
      });
      await this.answered(answer, body);
    } catch {
      if (!this.stopped) this.failed("通信できません。");
    } finally {
      clearTimeout(limit);
      this.running = undefined;
    }
    if (this.again) {
      this.again = false;
      this.soon();
    }
  }

  private async answered(answer: Response, body: string): Promise<void> {
    if (answer.status === 200) {
      this.version = answer.headers.get("X-Hojo-Version") ?? this.version;
      this.saved = body;
      this.attempt = 0;
      const html = await answer.text();
      this.forget();
      this.say("saved", `保存しました ${answer.headers.get("X-Hojo-Saved-At") ?? clock()}`);
      this.trouble?.replaceChildren();
      replaceLive(html);
      document.dispatchEvent(new Event("hojo:saved"));
      // Fields that appeared or went change what would be sent; that alone is nothing new to save.
      if (this.body() !== body && this.withoutNew(body)) this.saved = this.body();
      if (this.isDirty()) this.soon();
    } else if (answer.status === 409) {
      this.conflict((await answer.json()) as Theirs);
    } else if (answer.status === 401 || answer.type === "opaqueredirect") {
      this.signedOut();
    } else if (answer.status === 413) {
      this.failed("入力が大きすぎます。文字数を減らしてください。", false);
    } else {
      this.failed(answer.status >= 500 ? "サーバーが応答できません。" : "保存を受け付けられませんでした。");
    }
  }

  /** Whether everything the last save sent is still the same, so that only slots made the difference. */
  private withoutNew(sent: string): boolean {
    const now = new URLSearchParams(this.body());
    const before = new URLSearchParams(sent);
    return [...now].every(([name, value]) => !before.has(name) || before.getAll(name).includes(value));
  }

  private failed(reason: string, retry = true): void {
    this.attempt += 1;
    const wait = pause(this.attempt);
    this.say("failed", "保存できていません");
    const words = retry
      ? `${reason}入力した内容はこの画面に残っています。${Math.round(wait / 1000)}秒後にもう一度保存します。`
      : `${reason}入力した内容はこの画面に残っています。`;
    this.show("warn", "保存できていません", [make("p", {}, words), button("今すぐ保存する", "outline", () => void this.retryNow())]);
    clearTimeout(this.timer);
    if (retry) this.timer = setTimeout(() => void this.save(), wait);
  }

  private async retryNow(): Promise<void> {
    clearTimeout(this.timer);
    if (this.isDirty()) await this.save();
  }

  private signedOut(): void {
    this.say("failed", "保存できていません");
    const where = document.body.dataset["signIn"] ?? "/sign-in";
    const link = make("a", { href: where, target: "_blank", rel: "noopener" }, "新しいタブでログインする");
    this.show("warn", "ログインの有効期間が終わりました", [
      make("p", {}, "入力した内容はこの画面に残っています。新しいタブでログインしたあと、この画面に戻ってください。自動で保存します。"),
      make("p", {}, link),
      button("ログインしたので保存する", "outline", () => void this.retryNow()),
    ]);
    const back = () => {
      removeEventListener("focus", back);
      void this.retryNow();
    };
    addEventListener("focus", back);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), 30_000);
  }

  private conflict(theirs: Theirs): void {
    this.say("failed", "保存できていません");
    const who = theirs.by ? `${theirs.by}さん` : "別の画面";
    const rows = theirs.values.map(({ name, label, theirs: text }) => {
      const mine = new FormData(this.form).getAll(name).join("、");
      return make("div", { class: "conflict" },
        make("p", {}, make("strong", {}, label)),
        make("p", {}, "この画面の入力"), make("pre", {}, mine || "（空欄）"),
        make("p", {}, `先に保存された内容${theirs.at ? `（${theirs.at}）` : ""}`), make("pre", {}, text || "（空欄）"));
    });
    this.show("warn", `${who}がこのページを先に保存しました`, [
      make("p", {}, "まだ何も上書きしていません。どちらを残すかを選んでください。"),
      ...rows,
      button("この画面の入力で保存する", "outline", () => {
        this.version = String(theirs.version);
        void this.save();
      }),
      button("先に保存された内容を開く", "text", () => {
        this.stopped = true;
        this.forget();
        location.reload();
      }),
    ]);
  }

  /** The page is going away: one last try that outlives it. Browsers cap such a body at 64 KiB; the kept text covers the rest. */
  private flush(): void {
    if (!this.isDirty()) return;
    const body = this.body();
    this.keep();
    if (body.length > 60_000) return;
    void fetch(this.address, {
      method: "POST", body, keepalive: true, credentials: "same-origin",
      headers: { "Content-Type": "application/x-www-form-urlencoded", "X-Hojo-Version": this.version, ...csrf() },
    }).then((answer) => { if (answer.ok) this.forget(); }, () => undefined);
  }

  private say(state: string, words: string): void {
    if (this.state) this.state.dataset["state"] = state;
    if (this.words && this.words.textContent !== words) this.words.textContent = words;
  }

  private show(tone: string, title: string, body: Node[]): void {
    const banner = make("div", { class: "banner", "data-tone": tone },
      make("div", { class: "banner__text" }, make("p", { class: "banner__title" }, title), make("div", { class: "banner__body" }, ...body)));
    this.trouble?.replaceChildren(banner);
  }

  private keep(): void {
    try {
      sessionStorage.setItem(this.key, JSON.stringify({ version: this.version, body: this.body() }));
    } catch {
      // Full or forbidden: the form itself still holds the text.
    }
  }

  private forget(): void {
    try {
      sessionStorage.removeItem(this.key);
    } catch {
      // Nothing to forget then.
    }
  }

  /** Text kept from a visit that could not save: offered, never put over the page unasked. */
  private offerKept(): void {
    let kept: { version: string; body: string } | undefined;
    try {
      kept = JSON.parse(sessionStorage.getItem(this.key) ?? "null") ?? undefined;
    } catch {
      kept = undefined;
    }
    if (!kept || kept.body === this.saved) {
      this.forget();
      return;
    }
    const body = kept.body;
    this.show("info", "保存できなかった入力が残っています", [
      make("p", {}, "前にこの画面で入力し、保存できなかった内容があります。"),
      button("入力を戻す", "outline", () => {
        restore(this.form, new URLSearchParams(body));
        this.trouble?.replaceChildren();
        void this.save();
      }),
      button("破棄する", "text", () => {
        this.forget();
        this.trouble?.replaceChildren();
      }),
    ]);
  }
}

function restore(form: HTMLFormElement, pairs: URLSearchParams): void {
  for (const control of form.elements) {
    if (control instanceof HTMLInputElement && (control.type === "checkbox" || control.type === "radio")) {
      control.checked = pairs.getAll(control.name).includes(control.value);
    } else if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement || control instanceof HTMLSelectElement) {
      const value = pairs.get(control.name);
      if (value !== null && control.name && !control.name.startsWith("_") && control.type !== "file") control.value = value;
    }
  }
}

function clock(): string {
  return new Intl.DateTimeFormat("ja-JP", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Tokyo" }).format(new Date());
}

export function start(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-autosave]")) {
    const address = form.dataset["autosave"];
    if (address) new Autosave(form, address);
  }
}
