// The journeys, one after the other in one world: each goes on where the one before it ended.
// `one-life` is not among them: it moves the clock, and `e2e/run` gives it a world of its own.

import { after } from "node:test";

import { contactSheet } from "../lib/eyes.ts";
import { closeBrowser } from "../lib/person.ts";

const order = ["applicant", "nojs", "keyboard", "operator", "reviewer", "manager", "papers", "life", "cancellation", "change", "edition", "passkey", "crawl"];
const asked = (process.env["E2E_ONLY"] ?? "").split(" ").filter(Boolean);

after(async () => {
  contactSheet();
  await closeBrowser();
});

for (const name of asked.length > 0 ? asked : order) await import(`./${name}.ts`);
