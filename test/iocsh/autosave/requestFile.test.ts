import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readRequestFile } from "../../../src/iocsh/autosave/requestFile.js";

const directory = mkdtempSync(join(tmpdir(), "request-"));
after(() => rmSync(directory, { recursive: true }));
const fallbackDirectory = join(directory, "package");
mkdirSync(fallbackDirectory);
mkdirSync(join(directory, "first"));
mkdirSync(join(directory, "second"));

const file = (name: string, text: string): void => writeFileSync(join(directory, name), text);
const read = (name: string, macros: Record<string, string> = {}) =>
  readRequestFile(name, macros, {
    searchPath: [join(directory, "first"), join(directory, "second")],
    fallbackDirectory,
  });

file(
  "first/auto.req",
  'file "settings.req", P=$(P), R=$(R)\nfile "gone.req", P=$(P)\n# a comment\n$(P)own\n',
);
file(
  "second/settings.req",
  "$(P)$(R)NumAngles\n#controlPV $(P)$(R)StartScan\n$(P)$(R)NumAngles\n\n$(P)$(R)FilePath$",
);
file("package/builtin.req", "$(P)one.DESC trailing words\n");
file("first/loop.req", 'file "loop.req"\n');
file("first/loops.req", 'file "loops.req"\nfile "loops.req"\n');
file("first/directory.req", 'file "folder.req"\nx:a\n');
mkdirSync(join(directory, "first", "folder.req"));
file("first/nomacro.req", "$(P)$(NOPE)x\nplain\n");

test("an included file gets its own macros, a PV is listed once, comments are not", () => {
  const { pvs } = read("auto.req", { P: "2bmb:", R: "TS:" });
  assert.deepEqual(pvs, ["2bmb:TS:NumAngles", "2bmb:TS:FilePath$", "2bmb:own"]);
});

test("a file that is missing is one line, the rest is used", () => {
  const { problems } = read("auto.req", { P: "2bmb:", R: "TS:" });
  assert.deepEqual(problems, ["auto.req:2: unable to open request file gone.req"]);
});

test("a file that no directory has is taken from the package by its base name", () => {
  assert.deepEqual(read("../../somewhere/builtin.req", { P: "x:" }).pvs, ["x:one.DESC"]);
});

test("an undefined macro leaves out its line only", () => {
  const { pvs, problems } = read("nomacro.req", { P: "x:" });
  assert.deepEqual(pvs, ["plain"]);
  assert.deepEqual(problems, ["nomacro.req:1: macro is undefined: NOPE"]);
});

test("a file that includes itself ends", () => {
  assert.deepEqual(read("loop.req").problems, ["loop.req:1: loop.req includes itself"]);
});

test("a file that includes itself many times ends soon", () => {
  assert.deepEqual(read("loops.req").problems, [
    "loops.req:1: loops.req includes itself",
    "loops.req:2: loops.req includes itself",
  ]);
});

test("a directory in place of a request file is said, and the rest is read", () => {
  const { pvs, problems } = read("directory.req");
  assert.deepEqual(pvs, ["x:a"]);
  assert.match(problems[0] ?? "", /^directory\.req:1: .*: Is a directory$/);
});
