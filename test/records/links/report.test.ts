import assert from "node:assert/strict";
import { test } from "node:test";
import { reportJsonLink } from "../../../src/records/links/json/report.js";
import { running } from "../support.js";

const CALC = '{calc:{expr:"A+B",args:[3,{state:"red"}],units:"mm",prec:3,major:"A>5",minor:"A>2",time:"B"}}';

const links: readonly (readonly [text: string, level: number, lines: readonly string[]])[] = [
  ["{const:5}", 0, ["'const': integer 5"]],
  ["{const:[1,2.5]}", 1, ["'const': array of 2 doubles"]],
  ["{const:[1,2.5]}", 2, ["'const': array of 2 doubles", "  [1, 2.5]"]],
  ['{const:["a","b"]}', 2, ["'const': array of 2 strings", '  ["a", "b"]']],
  ['{debug:{state:"!red"}}', 0, ["'debug':", `  'state': "red" = ! FALSE`]],
  [CALC, 0, [`'calc': "A+B" = 0 mm`]],
  [
    CALC,
    1,
    [
      `'calc': "A+B" = 0 mm`,
      '  Major expression: "A>5"',
      '  Minor expression: "A>2"',
      "  Timestamp input B: <undefined>",
      "  Input A: 3",
      "  Input B: 0",
      `    'state': "red" = FALSE`,
    ],
  ],
];

for (const [text, level, lines] of links)
  test(`dbjlr shows ${text} at level ${level} as EPICS Base does`, (t) => {
    const engine = running(t, { x: ["ai", { INP: text }] });
    const link = engine.instance("x")?.linkOf("INP");
    assert.ok(link?.parsed.kind === "json");
    assert.deepEqual(reportJsonLink(link.parsed.link, link.target, level), lines);
  });
