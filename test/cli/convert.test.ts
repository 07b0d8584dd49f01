import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { convertDatabase } from "../../src/cli/convert.js";
import { main } from "../../src/cli/tomoioc.js";

const directory = mkdtempSync(join(tmpdir(), "tomoioc-convert-"));
after(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

describe("tomoioc convert", () => {
  it("writes a template as YAML with macros, states and includes", () => {
    const path = file(
      "a.template",
      `include "b.template"
record(mbbo, "$(P)Mode") { field(ZRVL, "0") field(ZRST, "Off") field(ONVL, "1") field(ONST, "On") field(PINI, "YES") }`,
    );
    assert.equal(
      convertDatabase(path).text,
      `macros:
  P: {}
include: [ b.yaml ]
records:
  $(P)Mode:
    type: mbbo
    states: [ Off, On ]
    PINI: YES
`,
    );
  });

  it("writes YAML as a database", () => {
    const path = file("a.yaml", `records: { "$(P)x": { type: ao, PREC: 3, DESC: 'a "b"', aliases: [y] } }`);
    assert.equal(
      convertDatabase(path).text,
      `record(ao, "$(P)x")
{
    alias("y")
    field(PREC, "3")
    field(DESC, "a \\"b\\"")
}
`,
    );
  });

  it("writes substitutions as YAML, and back", () => {
    const text = `global { P=2bmb: }

file "a.template" {
    pattern { R, N }
    { x:, "a b" }
    global { Q=1 }
}
`;
    const yaml = convertDatabase(file("a.substitutions", text)).text;
    assert.equal(
      yaml,
      `substitutions:
  - global: { P: "2bmb:" }
  - file: a.template
    pattern: [ R, N ]
    rows: [ [ "x:", a b ], { global: { Q: 1 } } ]
`,
    );
    assert.equal(convertDatabase(file("b.yaml", yaml)).text, text);
  });

  it("names included files as the other form names them, and back", () => {
    const text = `include "a.template"\ninclude "b.db"\ninclude "$(X)"\n`;
    const yaml = convertDatabase(file("c.db", text)).text;
    assert.match(yaml, /include: \[ a\.yaml, b\.db\.yaml, \$\(X\) \]/);
    assert.equal(convertDatabase(file("c.yaml", yaml)).text, text);
  });

  it("puts into a document of its own what a database does later than YAML's order has it", () => {
    const text = `record(ai, "a")
{
}

include "b.template"

record("*", "a")
{
    field(EGU,  "mm")
}
`;
    const yaml = convertDatabase(file("d.db", text)).text;
    assert.equal(yaml.match(/^---$/gm)?.length, 1);
    assert.equal(convertDatabase(file("d.yaml", yaml)).text, text);
  });

  it("says what a .db file has no words for", () => {
    const { messages } = convertDatabase(file("e.yaml", "include: [{ file: b.yaml, macros: { P: x } }]"));
    assert.match(messages[0] ?? "", /e\.yaml: left out: the macros for b\.template/);
  });

  it("says what it could not read and converts the rest", () => {
    const converted = convertDatabase(file("bad.db", `record(ai "a") {}\nrecord(ai, "b") {}`));
    assert.match(converted.messages[0] ?? "", /bad\.db:1: , expected/);
    assert.match(converted.text, /^ {2}b: \{ type: ai \}$/m);
  });
});

describe("the tomoioc program", () => {
  it("converts to a file named on the command line", async () => {
    const output = join(directory, "out.yaml");
    assert.equal(await main(["convert", file("in.db", `record(ai, "a") {}`), output], "tomoioc"), 0);
    assert.match(readFileSync(output, "utf8"), /a: \{ type: ai \}/);
  });

  for (const [what, path] of [
    ["a file that is not there", "/nowhere.db"],
    ["a directory", directory],
  ] as const)
    it(`exits with 1 for ${what}`, async () => {
      assert.equal(await main(["convert", path], "tomoioc"), 1);
    });
});
