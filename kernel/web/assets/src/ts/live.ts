// Puts the fragments of a save's answer in place, by id. A control somebody may be typing in is never replaced:
// only messages, computed values, marks, and slots whose field has appeared or gone.

import { all } from "./dom.ts";

// Trusted Types: the one policy of the page. DOMParser documents are inert (no scripts run, no handlers attach).
type Policy = { createHTML(text: string): string };
const trusted = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } }).trustedTypes;
const policy: Policy = trusted?.createPolicy("hojo", { createHTML: (text) => text }) ?? { createHTML: (text) => text };

export function parse(html: string): Document {
  return new DOMParser().parseFromString(policy.createHTML(html), "text/html");
}

export function replaceLive(html: string, root: Document = document): void {
  for (const fresh of all<HTMLElement>("body > [id]", parse(html))) {
    const old = root.getElementById(fresh.id);
    if (!old) continue;
    if (fresh.hasAttribute("data-slot")) {
      // Same visibility, same rows: leave it, somebody may be typing in it. Its parts are replaced by their own fragments.
      if (old.hidden === fresh.hidden && old.dataset["shape"] === fresh.dataset["shape"]) continue;
    } else if (old.contains(document.activeElement) && old !== document.activeElement) {
      continue;
    }
    for (const script of all("script", fresh)) script.remove();
    old.replaceWith(document.adoptNode(fresh));
    if (fresh.id.endsWith("-error")) markInvalid(fresh);
    fresh.dispatchEvent(new CustomEvent("hojo:added", { bubbles: true }));
  }
}

/** The control a message belongs to carries its state, so that it is read out with the control. */
function markInvalid(messages: HTMLElement): void {
  const id = messages.id.slice(0, -"-error".length);
  const control = document.getElementById(id);
  if (!control) return;
  const invalid = messages.hasAttribute("data-invalid");
  const group = control.closest("fieldset.field");
  const controls = group ? all<HTMLElement>("input", group) : [control];
  for (const one of controls) {
    if (!one.matches("input, select, textarea")) continue;
    if (invalid) one.setAttribute("aria-invalid", "true");
    else one.removeAttribute("aria-invalid");
  }
  const described = group ?? control;
  const ids = new Set((described.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  if (messages.hasChildNodes()) described.setAttribute("aria-describedby", [...new Set([messages.id, ...ids])].join(" "));
  const field = messages.closest<HTMLElement>(".field");
  if (field && messages.parentElement === field) {
    if (invalid) field.dataset["state"] = "error";
    else if (field.dataset["state"] === "error") delete field.dataset["state"];
  }
}
