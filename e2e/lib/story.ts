// What one journey leaves for the next: the same case goes through all hands.

import assert from "node:assert/strict";
import { test } from "node:test";

import { found } from "./eyes.ts";

export interface Story {
  /** Addresses of the case on the portal, and its number. */
  filing?: string;
  case?: string;
  number?: string;
  /** Whose it is: the login at GビズID's stand-in, and the name it has there. */
  account?: string;
  company?: string;
  title?: string;
}

export const story: Story = {};

/** What an earlier journey must have left. */
export function told(what: keyof Story): string {
  const value = story[what];
  assert.ok(value, `an earlier journey has not left its ${what}`);
  return value;
}

/** The last test of a journey: everything that was wrong with the pages it visited. */
export function pagesAreSound(journey: string): void {
  test(`${journey}：見たページに問題がない`, () => {
    const all = found();
    assert.equal(all.length, 0, `${all.length} problems:\n${all.join("\n")}`);
  });
}
