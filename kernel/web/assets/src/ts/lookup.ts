// Codes found by typing: an accessible combobox over a list the server searches. GET source?q= answers
// [{"code": "0001", "name": "みずほ銀行"}]; a branch list is asked with &bank=.

import { all, debounce, make } from "./dom.ts";

interface Found {
  code: string;
  name: string;
}

class Lookup {
  private readonly input: HTMLInputElement;
  private readonly shown: HTMLElement | null;
  private readonly list = make("ul", { class: "choices", role: "listbox" });
  private readonly status = make("span", { class: "visually-hidden", role: "status" });
  private found: Found[] = [];
  private at = -1;
  private asked = "";
  private readonly soon = debounce(250, () => void this.ask());

  constructor(private readonly box: HTMLElement, input: HTMLInputElement) {
    this.input = input;
    this.shown = box.querySelector("[data-shown]");
    this.list.id = `${input.id}-choices`;
    this.list.hidden = true;
    this.list.setAttribute("aria-label", "候補");
    input.after(this.list, this.status);
    for (const [key, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", this.list.id], ["aria-expanded", "false"]] as const) {
      input.setAttribute(key, value);
    }
    input.addEventListener("input", () => { if (this.shown) this.shown.textContent = ""; this.soon(); });
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target instanceof Element ? event.target.closest("li") : null;
      if (option) this.choose([...this.list.children].indexOf(option));
    });
  }

  private async ask(): Promise<void> {
    const words = this.input.value.trim();
    if (words === "") {
      this.close();
      return;
    }
    const address = new URL(this.box.dataset["lookup"] ?? "", location.href);
    address.searchParams.set("q", words);
    const within = this.box.dataset["within"];
    const bank = within ? document.getElementById(within) : null;
    if (bank instanceof HTMLInputElement) address.searchParams.set("bank", bank.value);
    this.asked = words;
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      const found = answer.ok ? ((await answer.json()) as Found[]) : [];
      // A slower, older answer must not replace the list of what is typed now.
      if (this.asked === words) this.open(found.slice(0, 30));
    } catch {
      this.status.textContent = "候補を取得できません。コードを直接入力してください。";
    }
  }

  private open(found: Found[]): void {
    this.found = found;
    this.at = -1;
    this.list.replaceChildren(...found.map(({ code, name }, index) =>
      make("li", { role: "option", id: `${this.list.id}-${index}`, "aria-selected": "false" }, `${code} ${name}`)));
    this.list.hidden = found.length === 0;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    this.status.textContent = found.length === 0 ? "候補がありません。" : `候補が${found.length}件あります。上下の矢印キーで選べます。`;
  }

  private close(): void {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && !this.list.hidden && this.at >= 0) {
      event.preventDefault();
      this.choose(this.at);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !this.list.hidden) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.move((this.at + step + this.found.length) % this.found.length);
    }
  }

  private move(to: number): void {
    this.at = to;
    [...this.list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === to)));
    const option = this.list.children[to];
    if (option) {
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }
  }

  private choose(at: number): void {
    const found = this.found[at];
    if (!found) return;
    this.input.value = found.code;
    if (this.shown) this.shown.textContent = found.name;
    this.close();
    this.status.textContent = `${found.name}を選びました。`;
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function setUp(root: ParentNode): void {
  for (const box of all<HTMLElement>("[data-lookup]", root)) {
    const input = box.querySelector<HTMLInputElement>("input");
    if (input && input.getAttribute("role") !== "combobox") new Lookup(box, input);
  }
}

export function start(): void {
  setUp(document);
  document.addEventListener("hojo:added", (event) => setUp(event.target as HTMLElement));
  // Rows added later bring lookups of their own.
  document.addEventListener("focusin", (event) => {
    const box = event.target instanceof Element ? event.target.closest("[data-lookup]") : null;
    if (box?.parentElement) setUp(box.parentElement);
  });
}
