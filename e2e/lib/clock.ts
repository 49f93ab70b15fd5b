// The world's clock: the machine's, and as far ahead of it as a journey has put it. Only a journey with a world of its own
// may move it (`e2e/run`): everybody in a world grows older together.

import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { writeFileSync } from "node:fs";

import { metrics } from "./world.ts";

let ahead = 0;

export const now = (): Date => new Date(Date.now() + ahead * 1_000);

/** The day it is in Japan, as people type it. */
export const today = (): string => new Date(now().getTime() + 9 * 3_600_000).toISOString().slice(0, 10);

/** Puts the clock to ten o'clock in the morning in Japan of a later day, and waits until every site goes by it. */
export async function goTo(day: string): Promise<void> {
  const file = process.env["E2E_CLOCK"];
  assert.ok(file, "this world's clock cannot be moved: start the journey with e2e/run");
  const then = Math.round((Date.parse(`${day}T10:00:00+09:00`) - Date.now()) / 1_000);
  assert.ok(then >= ahead, `${day} is over: it is ${today()}`);
  writeFileSync(file, `${then}\n`);
  for (let tries = 0; tries < 100; tries += 1) {
    const text = await (await fetch(metrics)).text();
    if (Number(/^clock_ahead_seconds (\S+)$/m.exec(text)?.[1]) === then) {
      ahead = then;
      return;
    }
    await wait(100);
  }
  assert.fail(`the world's clock was not moved to ${day}`);
}
