// zengin-code's one big object -> banks.tsv and branches.tsv in the folder given second.
"use strict";
const { writeFileSync } = require("node:fs");
const { join, resolve } = require("node:path");

const [packageFolder, target] = process.argv.slice(2);
const banks = require(resolve(packageFolder));

/** One line; a tab or line break inside a value would shift every column after it, so it stops the conversion. */
function line(...values) {
  for (const value of values) {
    if (typeof value !== "string" || value === "" || /[\t\r\n\\]/.test(value)) {
      throw new Error(`not a plain value: ${JSON.stringify(values)}`);
    }
  }
  return values.join("\t");
}

const inOrder = (object) => Object.values(object).sort((a, b) => (a.code < b.code ? -1 : 1));
const bankLines = [];
const branchLines = [];
for (const bank of inOrder(banks)) {
  bankLines.push(line(bank.code, bank.name, bank.kana));
  for (const branch of inOrder(bank.branches)) {
    branchLines.push(line(bank.code, branch.code, branch.name, branch.kana));
  }
}
writeFileSync(join(target, "banks.tsv"), bankLines.join("\n") + "\n");
writeFileSync(join(target, "branches.tsv"), branchLines.join("\n") + "\n");
