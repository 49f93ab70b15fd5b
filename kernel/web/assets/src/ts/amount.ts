// Amounts read better in threes: 300000000 becomes 300,000,000 when one leaves the field, as the server draws it.

import { plainNumber } from "./grid.ts";

/** Whole yen with separators; anything that is no whole number stays exactly as typed. */
export function grouped(text: string): string {
  const plain = plainNumber(text);
  return /^-?\d+$/.test(plain) ? plain.replaceAll(/\B(?=(\d{3})+$)/g, ",") : text;
}

/** What travels: the answer has no separators, so that looking at a field never counts as changing it. */
export function ungrouped(text: string): string {
  return /^-?\d{1,3}(,\d{3})+$/.test(text) ? text.replaceAll(",", "") : text;
}

export function isAmount(target: EventTarget | null): target is HTMLInputElement {
  return target instanceof HTMLInputElement && target.dataset["kind"] === "yen";
}

export function start(): void {
  document.addEventListener("focusout", (event) => {
    if (!isAmount(event.target)) return;
    const before = event.target.value;
    event.target.value = grouped(before);
    // Full-width digits or a unit went: that is another text to save.
    if (ungrouped(event.target.value) !== ungrouped(before)) event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
