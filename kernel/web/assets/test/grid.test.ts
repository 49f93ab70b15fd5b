import assert from "node:assert/strict";
import { test } from "node:test";
import { grouped, ungrouped } from "../src/ts/amount.ts";
import { isRange, matchChoice, parseGrid, plainNumber } from "../src/ts/grid.ts";

test("a range from a spreadsheet becomes rows of cells", () => {
  const cases: [string, string[][]][] = [
    ["", []],
    ["a", [["a"]]],
    ["a\tb\r\nc\td\r\n", [["a", "b"], ["c", "d"]]],
    ["a\t\n\tb", [["a", ""], ["", "b"]]],
    ['"一行目\n二行目"\tb', [["一行目\n二行目", "b"]]],
    ['"彼は""はい""と言った"\t1', [['彼は"はい"と言った', "1"]]],
    ['5" 液晶\tb', [['5" 液晶', "b"]]],
    ['"閉じない\tb\nc', [['"閉じない', "b"], ["c"]]],
    ['"a"b\tc', [['"a"b', "c"]]],
    ["a\rb", [["a"], ["b"]]],
  ];
  for (const [text, expected] of cases) assert.deepEqual(parseGrid(text), expected, JSON.stringify(text));
});

test("a single value is no range", () => {
  assert.equal(isRange(parseGrid("1,000")), false);
  assert.equal(isRange(parseGrid("1,000\n")), false);
  assert.equal(isRange(parseGrid("a\tb")), true);
});

test("amounts lose their decoration, other text stays", () => {
  const cases: [string, string][] = [
    ["¥1,234,000", "1234000"], ["１，２３４円", "1234"], ["△5,000", "-5000"], ["(5,000)", "-5000"], ["12.5%", "12.5"],
    ["-3", "-3"], ["約100万円", "約100万円"], ["", ""], [" 7 ", "7"], ["1-2", "1-2"],
  ];
  for (const [text, expected] of cases) assert.equal(plainNumber(text), expected, text);
});

test("a pasted word finds its choice", () => {
  const choices = [{ value: "machinery", label: "機械装置・システム構築費" }, { value: "building", label: "建物費" }, { value: "yes", label: "はい" }];
  assert.equal(matchChoice("建物費", choices), "building");
  assert.equal(matchChoice(" 建物 費 ", choices), "building");
  assert.equal(matchChoice("機械装置", choices), "machinery");
  assert.equal(matchChoice("MACHINERY", choices), "machinery");
  assert.equal(matchChoice("費", choices), undefined, "two choices contain it");
  assert.equal(matchChoice("宇宙船", choices), undefined);
  assert.equal(matchChoice("", choices), "");
});

test("amounts are shown in threes and travel without separators", () => {
  for (const [typed, shown, sent] of [["30000000", "30,000,000", "30000000"], ["８，０００円", "8,000", "8000"], ["△1000", "-1,000", "-1000"], ["999", "999", "999"], ["三千万", "三千万", "三千万"], ["", "", ""], ["1.5", "1.5", "1.5"], ["1,2", "12", "12"]] as const) {
    assert.equal(grouped(typed), shown, typed);
    assert.equal(ungrouped(grouped(typed)), sent, typed);
  }
});
