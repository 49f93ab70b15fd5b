// The page itself: focus on the error summary, dialogs, tick-all, double press, late fonts.

import { all, make } from "./dom.ts";

function dialogs(): void {
  document.addEventListener("click", (event) => {
    const opener = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-opens]") : null;
    const dialog = opener ? document.getElementById(opener.dataset["opens"] ?? "") : null;
    if (opener && dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      dialog.showModal();
      dialog.addEventListener("close", () => opener.focus(), { once: true });
    }
  });
}

/** An open group of the menu shuts when the person goes on: a press elsewhere, Escape, the focus leaving it. */
function menu(): void {
  const groups = all<HTMLDetailsElement>(".site-nav__group");
  const shut = (but: EventTarget | null) => {
    for (const group of groups) if (!(but instanceof Node && group.contains(but))) group.open = false;
  };
  if (groups.length === 0) return;
  document.addEventListener("click", (event) => shut(event.target));
  document.addEventListener("focusin", (event) => shut(event.target));
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" ? groups.find((group) => group.open) : undefined;
    if (!open) return;
    open.open = false;
    open.querySelector("summary")?.focus();
  });
}

/** One box in the head ticks all rows; it shows a dash while only some are. */
function tickAll(): void {
  for (const place of all<HTMLElement>("[data-tick-all]")) {
    const table = place.closest("table");
    if (!table) continue;
    const boxes = () => all<HTMLInputElement>("tbody .table__tick input", table);
    const master = make("input", { type: "checkbox", class: "checkbox", "aria-label": "すべて選択" });
    place.replaceChildren(master);
    const show = () => {
      const ticked = boxes().filter((box) => box.checked).length;
      master.checked = ticked > 0 && ticked === boxes().length;
      master.indeterminate = ticked > 0 && ticked < boxes().length;
    };
    master.addEventListener("change", () => { for (const box of boxes()) box.checked = master.checked; });
    table.addEventListener("change", (event) => { if (event.target !== master) show(); });
    show();
  }
}

/** A second press while the first is on its way does nothing. The server guards itself as well. */
function oncePressed(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset["sent"]) {
      event.preventDefault();
      return;
    }
    form.dataset["sent"] = "1";
    if (event.submitter instanceof HTMLElement) event.submitter.dataset["busy"] = "";
    const again = () => {
      delete form.dataset["sent"];
      for (const busy of all<HTMLElement>("[data-busy]", form)) delete busy.dataset["busy"];
    };
    setTimeout(again, 8_000);
    addEventListener("pageshow", again, { once: true });
  });
}

// Put in by the build: the sheet's name with its content hash.
declare const FONTS_SHEET: string;

/** The fonts come after the page, so that they hold nothing up; who saves data keeps their own. */
function fonts(): void {
  const thrifty = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData;
  if (thrifty) return;
  document.head.append(make("link", { rel: "stylesheet", href: new URL(FONTS_SHEET, import.meta.url).href }));
}

export function start(): void {
  fonts();
  dialogs();
  menu();
  tickAll();
  oncePressed();
  document.querySelector<HTMLElement>("[data-focus]")?.focus();
}
