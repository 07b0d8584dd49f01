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

  it("says what it could not read and converts the rest", () => {
    const converted = convertDatabase(file("bad.db", `record(ai "a") {}\nrecord(ai, "b") {}`));
    assert.ok(converted.failed);
    assert.match(converted.messages[0] ?? "", /bad\.db:1: , expected/);
    assert.match(converted.text, /^ {2}b: \{ type: ai \}$/m);
  });
});

describe("the tomoioc program", () => {
  it("converts to a file named on the command line, and exits 1 for a file that is not there", async () => {
    const output = join(directory, "out.yaml");
    assert.equal(await main(["convert", file("in.db", `record(ai, "a") {}`), output], "tomoioc"), 0);
    assert.match(readFileSync(output, "utf8"), /a: \{ type: ai \}/);
    assert.equal(await main(["convert", "/nowhere.db"], "tomoioc"), 1);
  });
});
