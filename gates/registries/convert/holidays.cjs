// @holiday-jp/holiday_jp -> holidays.tsv in the folder given second.
"use strict";
const { writeFileSync } = require("node:fs");
const { join, resolve } = require("node:path");

const [packageFolder, target] = process.argv.slice(2);
const { holidays } = require(resolve(packageFolder));
const days = Object.entries(holidays);
if (days.length < 100) {
  throw new Error(`only ${days.length} holidays found`);
}
const lines = days.map(([day, holiday]) => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || !holiday.name || /[\t\r\n\\]/.test(holiday.name)) {
    throw new Error(`not a holiday: ${day} ${JSON.stringify(holiday)}`);
  }
  return `${day}\t${holiday.name}`;
});
writeFileSync(join(target, "holidays.tsv"), lines.sort().join("\n") + "\n");
