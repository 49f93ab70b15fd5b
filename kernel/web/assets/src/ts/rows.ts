// Repeating rows without a round trip: add, remove, renumber, and paste from a spreadsheet.

import { grouped, isAmount } from "./amount.ts";
import { all, make } from "./dom.ts";
import { isRange, matchChoice, parseGrid, plainNumber } from "./grid.ts";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Row number `from` becomes `to` in a name, an id or a label of table `name`. */
export function renumber(text: string, name: string, from: string, to: number): string {
  return text
    .replaceAll(`${name}[${from}].`, `${name}[${to}].`)
    .replaceAll(`f-${name}-${from}-`, `f-${name}-${to}-`)
    .replaceAll(`remove:${name}:${from}`, `remove:${name}:${to}`)
    .replaceAll(from === "__" ? "__行目" : `${Number(from) + 1}行目`, `${to + 1}行目`);
}

const attributes = ["name", "id", "for", "value", "aria-label", "aria-describedby"];

function setNumber(row: HTMLElement, table: string, from: string, to: number): void {
  for (const element of all<HTMLElement>("*", row)) {
    for (const attribute of attributes) {
      const text = element.getAttribute(attribute);
      // A typed value may look like anything; only buttons carry a row number in theirs.
      if (text === null || (attribute === "value" && !(element instanceof HTMLButtonElement))) continue;
      const fresh = renumber(text, table, from, to);
      if (fresh !== text) element.setAttribute(attribute, fresh);
    }
  }
  for (const hidden of all<HTMLElement>(".visually-hidden", row)) {
    if (hidden.textContent) hidden.textContent = renumber(hidden.textContent, table, from, to);
  }
  const shown = row.querySelector("[data-number]");
  if (shown) shown.textContent = String(to + 1);
}

class Rows {
  private readonly name: string;
  private readonly most: number;
  private readonly body: HTMLElement;
  private readonly template: HTMLTemplateElement | null;

  constructor(readonly box: HTMLElement) {
    this.name = box.dataset["rows"] ?? "";
    this.most = Number(box.dataset["most"] ?? "1");
    this.body = box.querySelector("tbody") ?? box;
    this.template = box.querySelector("template[data-row-template]");
  }

  rows(): HTMLElement[] {
    return all<HTMLElement>("tr[data-row]", this.body);
  }

  add(): HTMLElement | undefined {
    const count = this.rows().length;
    const pattern = this.template?.content.querySelector<HTMLElement>("tr[data-row]");
    if (!pattern || count >= this.most) return undefined;
    const row = document.importNode(pattern, true);
    setNumber(row, this.name, "__", count);
    this.body.append(row);
    return row;
  }

  remove(row: HTMLElement): void {
    const rows = this.rows();
    const at = rows.indexOf(row);
    if (at < 0) return;
    row.remove();
    rows.slice(at + 1).forEach((later, index) => setNumber(later, this.name, String(at + 1 + index), at + index));
    if (rows.length === 1) this.add();
    const next = this.rows()[Math.min(at, this.rows().length - 1)];
    controls(next)[0]?.focus();
    this.told(`${at + 1}行目を削除しました。`);
  }

  told(words: string): void {
    let place = this.box.querySelector<HTMLElement>("[data-told]");
    if (!place) {
      place = make("p", { role: "status", class: "edit__paste", "data-told": "" });
      this.box.append(place);
    }
    place.textContent = words;
    this.box.dispatchEvent(new CustomEvent("hojo:rows", { bubbles: true }));
  }
}

function controls(row: Element | undefined): Control[] {
  if (!row) return [];
  return all<HTMLElement>("td[data-column], td[data-holds]", row)
    .map((cell) => cell.querySelector<Control>("input:not([type=hidden]), select, textarea"))
    .filter((control): control is Control => control !== null);
}

/** Puts one pasted word into a control; false if it is no choice there. */
function put(control: Control, text: string): boolean {
  if (control instanceof HTMLSelectElement) {
    const choices = [...control.options].filter((option) => option.value !== "").map((option) => ({ value: option.value, label: option.label }));
    const value = matchChoice(text, choices);
    if (value === undefined) return false;
    control.value = value;
  } else if (control.type === "checkbox" || control.type === "radio") {
    return text.trim() === "";
  } else {
    const number = control.dataset["kind"] === "number";
    control.value = isAmount(control) ? grouped(text.trim()) : number ? plainNumber(text) : text.trim();
  }
  control.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

/** Fills cells from the one the paste went to, to the right and down. Returns what did not fit, in words. */
function fill(grid: string[][], rowAt: (index: number) => HTMLElement | undefined, startRow: number, startColumn: number): string {
  let placed = 0;
  let outside = 0;
  const strange: string[] = [];
  grid.forEach((cells, down) => {
    const row = rowAt(startRow + down);
    if (!row) {
      outside += 1;
      return;
    }
    const targets = controls(row);
    cells.forEach((text, right) => {
      const control = targets[startColumn + right];
      if (control && put(control, text)) placed += 1;
      else if (control) strange.push(text);
    });
  });
  const words = [`${grid.length - outside}行、${placed}か所に貼り付けました。`];
  if (outside > 0) words.push(`${outside}行は行数の上限を超えるため貼り付けていません。`);
  if (strange.length > 0) words.push(`選択肢にない値は貼り付けていません：${[...new Set(strange)].slice(0, 5).join("、")}`);
  return words.join("");
}

function paste(event: ClipboardEvent): void {
  const control = event.target;
  if (!(control instanceof HTMLElement)) return;
  const box = control.closest<HTMLElement>("[data-rows], [data-years]");
  const row = control.closest<HTMLElement>("tr");
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const grid = parseGrid(text);
  // A longer text with line breaks belongs into a text area as it is.
  if (!box || !row || !isRange(grid) || (control instanceof HTMLTextAreaElement && !text.includes("\t"))) return;
  event.preventDefault();
  const startColumn = Math.max(0, controls(row).indexOf(control as Control));
  if (box.dataset["rows"] !== undefined) {
    const table = new Rows(box);
    const start = table.rows().indexOf(row);
    const words = fill(grid, (index) => table.rows()[index] ?? table.add(), start, startColumn);
    table.told(words);
  } else {
    const rows = all<HTMLElement>("tbody tr", box).filter((candidate) => controls(candidate).length > 0);
    const words = fill(grid, (index) => rows[index], rows.indexOf(row), startColumn);
    new Rows(box).told(words);
  }
}

export function start(): void {
  for (const hint of all<HTMLElement>("[data-needs-script]")) hint.hidden = false;
  document.addEventListener("hojo:added", (event) => {
    for (const hint of all<HTMLElement>("[data-needs-script]", event.target as HTMLElement)) hint.hidden = false;
  });
  document.addEventListener("paste", paste);
  document.addEventListener("click", (event) => {
    const pressed = event.target instanceof Element ? event.target.closest<HTMLButtonElement>('[data-do="add-row"], [data-do="remove-row"]') : null;
    const box = pressed?.closest<HTMLElement>("[data-rows]");
    if (!pressed || !box) return;
    const table = new Rows(box);
    if (pressed.dataset["do"] === "add-row") {
      const row = table.add();
      event.preventDefault();
      if (row) controls(row)[0]?.focus();
      table.told(row ? `${table.rows().length}行目を追加しました。` : "これ以上行を追加できません。");
    } else {
      const row = pressed.closest<HTMLElement>("tr[data-row]");
      if (!row) return;
      event.preventDefault();
      table.remove(row);
    }
  });
}
