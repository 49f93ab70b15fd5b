// Answers to type: the complete examples that stand with the programme's own definitions.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

import { root } from "./world.ts";

export type Row = Record<string, string | string[]>;
/** A field's answer: text, several choices, free rows, or fixed rows by key. */
export type Answer = string | string[] | Row[] | Record<string, Row>;
export type Answers = Record<string, Answer>;

interface Example {
  id: string;
  base?: string;
  answers: Answers;
}

const procedures = join(root, "programmes/shinjigyo-monodukuri/2026-r1/procedures");
const folder = join(procedures, "application");

// Everything is read as text, as somebody would type it; `30_000_000` is the file's way to write an amount.
const plain = (value: unknown): unknown => {
  if (typeof value === "string") return /^-?\d[\d_]*(\.\d+)?$/.test(value) ? value.replaceAll("_", "") : value;
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
  return value;
};

function examples(procedure: string): Example[] {
  const from = join(procedures, procedure, "examples");
  return readdirSync(from).sort().flatMap((file) => {
    const { examples } = parse(readFileSync(join(from, file), "utf8"), { schema: "failsafe" }) as { examples: unknown[] };
    return examples.map((one) => plain(one) as Example);
  });
}

/** The answers of a base example, with those of the example it builds on. */
export function answersOf(id: string, procedure = "application"): Answers {
  const found = examples(procedure).find((one) => one.id === id);
  if (!found) throw new Error(`there is no example ${id}`);
  const answers: Answers = found.base ? answersOf(found.base, procedure) : {};
  for (const [path, value] of Object.entries(found.answers)) put(answers, path.split(/\.|(?=\[)/), value);
  return answers;
}

/** `plan.y1.sales` is a fixed row's, `lines[0].item` a free row's. */
function put(answers: Answers, path: string[], value: Answer): void {
  const [first, ...rest] = path as [string, ...string[]];
  const head = first.replace(/^\[(\d+)\]$/, "$1");
  if (rest.length > 0) {
    answers[head] ??= {};
    put(answers[head] as unknown as Answers, rest, value);
  } else if (value === "null") delete answers[head];
  else answers[head] = value;
}

/** The form as defined: for fixed rows, their keys in order. */
export function rowKeys(field: string): string[] {
  return fixed.get(field) ?? [];
}

const fixed = new Map<string, string[]>();
for (const file of ["04-accounts", "05-frame", "07-figures"]) {
  const text = readFileSync(join(folder, `form/${file}.yaml`), "utf8");
  for (const section of (parse(text) as { sections: { fields: { id: string; type: string }[] }[] }).sections) {
    for (const field of section.fields) {
      const keys = /^table years (\S+)/.exec(field.type)?.[1];
      if (keys) fixed.set(field.id, keys.split(","));
    }
  }
}
