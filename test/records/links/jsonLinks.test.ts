import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseLink } from "../../../src/records/links/parseLink.js";
import { put, running } from "../support.js";

test("a calculation works behind debug and trace", (t) => {
  const engine = running(t, {
    x: ["ai", { INP: "{debug:{calc:{expr:'A*2',args:[4]}}}" }],
    y: ["ai", { INP: "{trace:{calc:{expr:'7'}}}" }],
  });
  put(engine, "x.PROC", 1);
  put(engine, "y.PROC", 1);
  assert.deepEqual([engine.get("x"), engine.get("y")], [8, 7]);
});

test("a calculation gives its units and its precision to who asks the link for them", (t) => {
  const engine = running(t, {
    c: ["calc", { INPA: "{calc:{expr:'1',units:'things',prec:3}}", CALC: "A" }],
  });
  const { units, precision } = engine.open("c.A")?.properties() ?? {};
  assert.deepEqual({ units, precision }, { units: "things", precision: 3 });
});

test("a link that cannot be understood is refused, and the old one stays", (t) => {
  const engine = running(t, { x: ["ai", { INP: "{const:4}" }] });
  const result = engine.put("x.INP", "{nosuch:1}");
  assert.match(result.ok ? "" : result.error.message, /x\.INP: link type 'nosuch' not found/);
  assert.equal(engine.get("x.INP"), "{const:4}");
});

test("no link text makes the parser throw, and time grows with the text", () => {
  const piece = fc.constantFrom(
    "{",
    "}",
    "calc",
    "const",
    "state",
    "pva",
    "debug",
    ":",
    ",",
    "[",
    "]",
    "'a'",
    "1",
    "expr",
    "args",
    "out",
    " PP",
    "@",
    "#",
    "x.VAL",
  );
  const direction = fc.constantFrom("INLINK", "OUTLINK", "FWDLINK" as const);
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), direction, (pieces, field) => {
      const text = pieces.join("");
      return [text, `{${text}}`].every((each) => parseLink(each, field) !== undefined);
    }),
  );
  const started = performance.now();
  for (const open of ["{debug:", "{calc:{args:[", "{calc:{out:", "[", "@", "x MS"])
    parseLink(`${open.repeat(100_000)}}`, "INLINK");
  assert.ok(performance.now() - started < 2000);
});
