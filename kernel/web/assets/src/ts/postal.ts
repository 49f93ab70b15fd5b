// Postal code → address: a choice of addresses below the field, put into the fields the server named. What is already
// typed there is replaced only by a press of a button. GET /masters/postal?code=1050001 answers
// [{"prefecture": "13", "prefecture_name": "東京都", "address": "東京都港区虎ノ門"}].

import { button, debounce, make } from "./dom.ts";

interface Address {
  prefecture: string;
  prefecture_name: string;
  address: string;
}

/** Seven digits out of whatever was typed: full width, with or without hyphen or 〒. */
export function digitsOf(text: string): string | undefined {
  const bare = text.normalize("NFKC").replaceAll(/[^\d]/g, "");
  return bare.length === 7 ? bare : undefined;
}

function put(id: string | undefined, value: string): void {
  const control = id ? document.getElementById(id) : null;
  if (!(control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement || control instanceof HTMLSelectElement)) return;
  control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
}

function offer(field: HTMLElement, input: HTMLInputElement, found: Address[]): void {
  field.querySelector(".addresses")?.remove();
  const box = make("div", { class: "addresses", role: "status" });
  if (found.length === 0) box.append("この郵便番号の住所が見つかりません。番号を確認するか、住所を直接入力してください。");
  for (const one of found.slice(0, 12)) {
    box.append(button(`${one.address} を使う`, "outline", () => {
      put(field.dataset["prefecture"], one.prefecture);
      put(field.dataset["address"], one.address);
      box.replaceChildren("住所を入力しました。番地・建物名を続けて入力してください。");
      document.getElementById(field.dataset["address"] ?? "")?.focus();
    }));
  }
  input.after(box);
}

async function ask(input: HTMLInputElement): Promise<void> {
  const field = input.closest<HTMLElement>(".field[data-address]");
  const code = digitsOf(input.value);
  if (!field || !code || field.dataset["asked"] === code) return;
  field.dataset["asked"] = code;
  try {
    const answer = await fetch(`/masters/postal?code=${code}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (answer.ok) offer(field, input, (await answer.json()) as Address[]);
  } catch {
    // The address can always be typed.
  }
}

export function start(): void {
  let last: HTMLInputElement | undefined;
  const soon = debounce(300, () => { if (last) void ask(last); });
  document.addEventListener("input", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.dataset["kind"] === "postal") {
      last = event.target;
      soon();
    }
  });
}
