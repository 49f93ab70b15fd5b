// The world `e2e/run` has made: where its sites are, and who may sign in there.

import { readFileSync } from "node:fs";

const need = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the journeys with e2e/run`);
  return value;
};

export type SiteName = "portal" | "office" | "files" | "standin" | "mailbox";

export const sites: Record<SiteName, string> = {
  portal: need("E2E_PORTAL"),
  office: need("E2E_OFFICE"),
  files: need("E2E_FILES"),
  standin: need("E2E_STANDIN"),
  mailbox: need("E2E_MAILBOX"),
};

/** What the system counts, where a moved clock shows. */
export const metrics = need("E2E_METRICS");

/** Where pictures and the contact sheet go. */
export const shots = need("E2E_SHOTS");

/** The `hojo` binary and what it needs to reach this world, for journeys that publish an edition. */
export const hojo = need("E2E_HOJO");

/** The repository. */
export const root = need("E2E_ROOT");

/** One-time secrets by login, as set up. */
export const secrets: Record<string, string> = JSON.parse(readFileSync(need("E2E_SECRETS"), "utf8"));

/** The demonstration password of a login (`app/src/demo/people.rs`). */
export const password = (login: string): string => `demo-${login}-pass`;
