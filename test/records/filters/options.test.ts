import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson5 } from "../../../src/libcom/json5.js";
import { type FilterOption, filterOptions } from "../../../src/records/filters/options.js";

/** The options of EPICS Base's chfPluginTest, as far as a filter of Base has such: plain ones and a tagged choice. */
const colors = { R: 1, G: 2, B: 4 };
const strict: readonly FilterOption[] = [
  { name: "i", target: "i", kind: "int32", required: true },
  { name: "d", target: "d", kind: "double" },
  { name: "s", target: "s", kind: "string", maximumLength: 3 },
  { name: "c", target: "c", kind: "choice", choices: colors },
  { name: "t1", target: "d", kind: "double", tag: { target: "mode", value: 1 } },
];
const sloppy = strict.map((option) => ({ ...option, converts: true }));

const taken = (options: readonly FilterOption[], json: string): unknown => {
  const given = parseJson5(json);
  assert.ok(given.ok);
  const result = filterOptions(options, given.value);
  return result.ok ? Object.fromEntries(result.value) : "refused";
};

const cases: readonly (readonly [json: string, strict: unknown, sloppy: unknown])[] = [
  ["{i:1}", { i: 1 }, { i: 1 }],
  ["{}", "refused", "refused"],
  ["{d:1.5}", "refused", "refused"],
  ["{i:1,d:2.5,s:'abcdef',c:'G'}", { i: 1, d: 2.5, s: "abc", c: 2 }, { i: 1, d: 2.5, s: "abc", c: 2 }],
  ["{i:1.7}", "refused", { i: 1 }],
  ["{i:'0x11'}", "refused", { i: 17 }],
  ["{i:'x'}", "refused", "refused"],
  ["{i:true}", "refused", { i: 1 }],
  ["{i:null}", "refused", "refused"],
  ["{i:[1]}", "refused", "refused"],
  ["{i:2147483648}", "refused", "refused"],
  ["{i:2147483648.0}", "refused", "refused"],
  ["{i:1,d:2}", "refused", { i: 1, d: 2 }],
  ["{i:1,d:'2.5e1'}", "refused", { i: 1, d: 25 }],
  ["{i:1,d:'x'}", "refused", "refused"],
  ["{i:1,c:4}", "refused", { i: 1, c: 4 }],
  ["{i:1,c:3}", "refused", "refused"],
  ["{i:1,c:1.0}", "refused", "refused"],
  ["{i:1,c:'X'}", "refused", "refused"],
  ["{i:1,t1:2.5}", { i: 1, d: 2.5, mode: 1 }, { i: 1, d: 2.5, mode: 1 }],
  ["{i:1,x:1}", "refused", "refused"],
  ["{i:1,i:2}", { i: 2 }, { i: 2 }],
  ["{i:{d:1.5}}", { d: 1.5 }, { d: 1.5 }],
  ["5", "refused", "refused"],
  ["[]", "refused", "refused"],
];

for (const [json, whenStrict, whenSloppy] of cases)
  test(`options ${json}`, () => {
    assert.deepEqual([taken(strict, json), taken(sloppy, json)], [whenStrict, whenSloppy]);
  });
