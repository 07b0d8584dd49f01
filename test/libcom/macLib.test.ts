import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { expandMacros, MacroExpander, parseMacros } from "../../src/libcom/macLib.js";
import { referenceData } from "../support/referenceData.js";

type Row = [definitions: string, text: string, expanded: string, incomplete: boolean];

describe("expandMacros", () => {
  it("answers as EPICS Base's macLib does", () => {
    for (const [definitions, text, expected, incomplete] of referenceData<Row>("macLibReference.json")) {
      const expanded = expandMacros(text, parseMacros(definitions));
      assert.equal(expanded.text, expected, `${text} with ${definitions}`);
      assert.equal(expanded.undefined.length > 0, incomplete, `${text} with ${definitions}`);
    }
  });

  it("takes names from the environment when they are not defined", () => {
    const environment = { TOP: "/ioc", P: "env:" };
    assert.equal(expandMacros("$(TOP)/$(P)", { P: "2bmb:" }, { environment }).text, "/ioc/2bmb:");
  });

  it("names what is missing", () => {
    const expanded = expandMacros("$(P)$(R=)$(M)", { P: "x" });
    assert.deepEqual(expanded, { text: "x$(M,undefined)", undefined: ["M"] });
    assert.equal(expandMacros("$(M)", {}, { quiet: true }).text, "$(M)");
  });

  it("leaves macros inside single quotes alone", () => {
    assert.equal(expandMacros(`'$(P)' "$(P)"`, { P: "x" }).text, `'$(P)' "x"`);
  });

  it("ends on any text", () => {
    const piece = fc.constantFrom("$(", "${", "A", "=", ",", ")", "}", "\\", "'", '"', " ");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        assert.equal(typeof expandMacros(pieces.join(""), { A: "$(A)" }).text, "string");
      }),
    );
  });

  it("copies text without macros as it is", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes("$"));
        assert.equal(expandMacros(text, { A: "1" }).text, text);
      }),
    );
  });
});

describe("MacroExpander", () => {
  it("sees a definition made between two texts", () => {
    const expander = new MacroExpander({ A: "$(B=none)" });
    assert.equal(expander.expand("$(A)").text, "none");
    expander.define("B", "1");
    assert.equal(expander.expand("$(A)").text, "1");
  });
});

describe("parseMacros", () => {
  it("splits at commas outside quotes and drops blanks around names and values", () => {
    assert.deepEqual(parseMacros('P=2bmb:, R = x ,T="a,b"'), { P: "2bmb:", R: "x", T: '"a,b"' });
  });

  it("removes a macro that is named without a value", () => {
    assert.deepEqual(parseMacros("A=1,B=2,A"), { B: "2" });
  });

  it("accepts nothing at all", () => {
    assert.deepEqual(parseMacros(""), {});
  });
});
