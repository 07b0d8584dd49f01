import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getopt } from "../../src/cli/caGetopt.js";
import { requestedDbr } from "../../src/cli/caget.js";
import { timeText } from "../../src/cli/caTimeText.js";
import { defaultFormat, type ToolOutput } from "../../src/cli/caToolFormat.js";
import { escapeBytes, integerText } from "../../src/cli/caValueText.js";

const silent: ToolOutput = { out: () => {}, error: () => {} };

describe("options as getopt reads them", () => {
  it("may stand together, and after words", () => {
    assert.deepEqual(getopt(["-ta", "pv", "-n"], "tan"), {
      options: ["t", "a", "n"].map((letter) => ({ letter, argument: "" })),
      rest: ["pv"],
    });
  });

  it("take their argument joined or apart", () => {
    const options = [{ letter: "f", argument: "3" }];
    assert.deepEqual(getopt(["-f3"], "f:").options, options);
    assert.deepEqual(getopt(["-f", "3"], "f:").options, options);
  });

  it("end at the first word where values may be negative", () => {
    assert.deepEqual(getopt(["-c", "pv", "-5"], "c", true).rest, ["pv", "-5"]);
  });

  it("that do not exist, or lack their argument, are named", () => {
    assert.deepEqual(getopt(["-x"], "a").problem, { kind: "unknown", letter: "x" });
    assert.deepEqual(getopt(["-f"], "f:").problem, { kind: "argumentMissing", letter: "f" });
  });
});

describe("the timeout", () => {
  it("comes from EPICS_CLI_TIMEOUT", () => {
    assert.equal(defaultFormat(silent, { EPICS_CLI_TIMEOUT: "2.5" }).timeoutSeconds, 2.5);
  });

  it("is one second where that is no number", () => {
    const errors: string[] = [];
    const output = { out: () => {}, error: (line: string) => errors.push(line) };
    assert.equal(defaultFormat(output, { EPICS_CLI_TIMEOUT: "soon" }).timeoutSeconds, 1);
    assert.match(errors[0] ?? "", /'soon' is not a valid timeout value/);
  });
});

describe("values as text", () => {
  it("in hexadecimal, octal and binary are unsigned", () => {
    assert.deepEqual(
      (["hexadecimal", "octal", "binary"] as const).map((base) => integerText(-1, base)),
      ["0xFFFFFFFF", "0o37777777777", "1".repeat(32)],
    );
  });

  it("escape what is not printable", () => {
    assert.equal(escapeBytes(Buffer.from('a\n"µ\0')), 'a\\n\\"\\xc2\\xb5\\0');
  });

  it("show the time of a record that was never processed as undefined", () => {
    assert.equal(timeText({ seconds: 0, nanoseconds: 0 }), "<undefined>");
  });
});

describe("a DBR type", () => {
  it("is found by name, with and without DBR_, and by number", () => {
    assert.deepEqual(
      ["DBR_TIME_DOUBLE", "TIME_DOUBLE", "20"].map((text) => requestedDbr(text)?.code),
      [20, 20, 20],
    );
  });

  it("that cannot be read is none", () => {
    assert.equal(requestedDbr("35"), undefined);
    assert.equal(requestedDbr("NONE"), undefined);
  });
});
