import assert from "node:assert/strict";
import { test } from "node:test";
import { pause, pauses } from "../src/ts/autosave.ts";
import { countCharacters } from "../src/ts/counter.ts";
import { digitsOf } from "../src/ts/postal.ts";
import { renumber } from "../src/ts/rows.ts";

test("characters are counted as the server counts them", () => {
  for (const [text, expected] of [["", 0], ["ア イ", 3], ["ア\r\nイ", 3], ["ア\nイ\n", 4], ["𠮷野家", 3], ["👨‍👩‍👧", 5]] as const) {
    assert.equal(countCharacters(text), expected, JSON.stringify(text));
  }
});

test("a postal code is seven digits however they are typed", () => {
  for (const text of ["1050001", "105-0001", "１０５－０００１", "〒105-0001"]) assert.equal(digitsOf(text), "1050001", text);
  for (const text of ["", "105", "10500011", "東京都"]) assert.equal(digitsOf(text), undefined, text);
});

test("pauses grow and stay under a minute", () => {
  assert.deepEqual([1, 2, 3].map(pause), pauses.slice(0, 3));
  assert.equal(pause(0), pauses[0]);
  assert.equal(pause(1000), 60_000);
});

test("a row takes its new number everywhere, and other rows keep theirs", () => {
  assert.equal(renumber("lines[3].gross", "lines", "3", 2), "lines[2].gross");
  assert.equal(renumber("lines[13].gross", "lines", "3", 2), "lines[13].gross");
  assert.equal(renumber("f-lines-3-gross-error", "lines", "3", 2), "f-lines-2-gross-error");
  assert.equal(renumber("f-lines-13-gross", "lines", "3", 2), "f-lines-13-gross");
  assert.equal(renumber("remove:lines:3", "lines", "3", 2), "remove:lines:2");
  assert.equal(renumber("4行目 経費", "lines", "3", 2), "3行目 経費");
  assert.equal(renumber("__行目 経費", "lines", "__", 0), "1行目 経費");
});
