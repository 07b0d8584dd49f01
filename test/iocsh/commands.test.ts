import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { baseStandIns } from "../../src/iocsh/commands/standIns.js";
import { defineCommand, double, int, string } from "../../src/iocsh/index.js";
import { needsShared, sharedDirectory } from "../support/paths.js";
import { bareShell } from "./support/shell.js";

const directory = mkdtempSync(join(tmpdir(), "iocsh-"));
after(() => rmSync(directory, { recursive: true }));

test("every command name of EPICS Base is known", needsShared, () => {
  const { shell } = bareShell();
  const table = readFileSync(join(sharedDirectory, "facts", "base_iocsh.tsv"), "utf8");
  const rows = table
    .split("\n")
    .map((line) => line.split("\t"))
    .filter(([name = ""]) => name !== "");
  assert.ok(rows.length > 100);
  const differing = rows.flatMap(([name = "", count]) => {
    const command = shell.command(name);
    if (command === undefined) return [`${name}: unknown`];
    return command.args.length === Number(count)
      ? []
      : [`${name}: ${command.args.length} arguments, not ${count}`];
  });
  // EPICS Base 7.0.10 has an argument more in two than the table, which is of an older release.
  assert.deepEqual(differing, ["dbgrep: 2 arguments, not 1", "dbLoadTemplate: 3 arguments, not 2"]);
});

test("what has no effect here has an entry in the table of such commands, and says so", async () => {
  const { shell, stderr } = bareShell();
  for (const { name } of baseStandIns) {
    stderr.text = "";
    await shell.runLine(name);
    assert.equal(stderr.text.split("\n").length, 2, name);
    assert.match(stderr.text, new RegExp(`^${name}: accepted, has no effect here`), name);
  }
});

test("any name that ends in _registerRecordDeviceDriver is accepted", async () => {
  const { shell, stderr } = bareShell();
  await shell.runLine("someApp_registerRecordDeviceDriver(pdbbase)");
  assert.equal(stderr.text, "");
});

test("a command that means nothing here says so in one line and is no failure", async () => {
  const { shell, stderr } = bareShell();
  const { ok } = await shell.runLine("callbackSetQueueSize(5000)");
  assert.equal(ok, true);
  assert.match(stderr.text, /^callbackSetQueueSize: accepted, has no effect here \(.*\)\n$/);
});

test("arguments reach a command in the types that it asked for", async () => {
  const { shell } = bareShell();
  const seen: unknown[] = [];
  shell.registerCommand({
    name: "try",
    args: [string("text"), int("count"), double("seconds")],
    help: "Shows its arguments.",
    run: (values) => void seen.push([...values]),
  });
  await shell.runLine('try("a b", 0x10, 2.5e-1)');
  await shell.runLine("try");
  await shell.runLine("try(x, -010)");
  assert.deepEqual(seen, [
    ["a b", 16, 0.25],
    [undefined, 0, 0],
    ["x", -8, 0],
  ]);
});

test("a command can be replaced, as drivers replace what is accepted without effect", async () => {
  const { shell, stdout } = bareShell();
  shell.add(
    defineCommand({
      name: "NDROIConfigure",
      args: [string("port")],
      help: "Makes a port.",
      run: ([port], { print }) => print(`made ${port}`),
    }),
  );
  await shell.runLine("NDROIConfigure(ROI1)");
  assert.equal(stdout.text, "made ROI1\n");
});

test("an exception in a command is one line, and the script goes on", async () => {
  const { shell, stderr } = bareShell();
  shell.registerCommand({
    name: "fails",
    args: [],
    help: "Fails.",
    run: () => {
      throw new Error("the device is on fire");
    },
  });
  const { ok } = await shell.runLine("fails");
  assert.equal(ok, false);
  assert.equal(stderr.text, "fails: the device is on fire\niocsh Error: Break\n");
});

test("output goes to the file that a redirect names, and is appended with >>", async () => {
  const { shell, stdout } = bareShell();
  const file = join(directory, "out");
  await shell.runLine(`echo one > ${file}`);
  await shell.runLine(`echo two >> ${file}`);
  await shell.runLine(`help echo 1>>${file}`);
  assert.equal(stdout.text, "");
  assert.match(readFileSync(file, "utf8"), /^one\ntwo\n\necho string\n/);
});

test("a script that runs itself ends, and says why", async () => {
  const { shell, stderr } = bareShell();
  const script = join(directory, "again.cmd");
  writeFileSync(script, `< ${script}\n`);
  await shell.runScript(script);
  assert.match(stderr.text, /^Can't run .*again\.cmd: scripts are nested too deeply\n$/);
});

test("what a command says after its line has ended is not written into the file of its redirect", async () => {
  const { shell } = bareShell();
  const file = join(directory, "late");
  let say = (_: string): void => {};
  shell.registerCommand({
    name: "late",
    args: [],
    help: "Goes on.",
    run(_, { print }) {
      say = print;
    },
  });
  await shell.runLine(`late > ${file}`);
  say("too late");
  assert.equal(readFileSync(file, "utf8"), "");
});

test("errors of a command go to the file that 2> names", async () => {
  const { shell, stderr } = bareShell();
  const file = join(directory, "errors");
  await shell.runLine(`cd /no/such/directory 2>${file}`);
  assert.equal(stderr.text, "iocsh Error: Break\n");
  assert.equal(readFileSync(file, "utf8"), "Invalid directory path, ignored\n");
});

test("help shows a command's arguments, and those that a pattern matches", async () => {
  const { shell, stdout } = bareShell();
  await shell.runLine("help dbLoad*s");
  assert.match(stdout.text, /^dbLoadRecords 'file name' substitutions$/m);
  assert.doesNotMatch(stdout.text, /^dbLoadTemplate/m);
});

test("system runs a command of the operating system", async () => {
  const { shell, stdout, stderr } = bareShell({ PATH: process.env["PATH"], NAME: "cork" });
  await shell.runLine("system 'echo $NAME'");
  await shell.runLine("system 'exit 3'");
  assert.equal(stdout.text, "cork\n");
  assert.equal(stderr.text, "system: 'exit 3' ended with status 3\niocsh Error: Break\n");
});

test("a boot directory without envPaths gets its variables, those that are set stay", async () => {
  const { shell, stdout, environment } = bareShell({ TOP: "/my/top" });
  await shell.runLine(`< ${join(directory, "envPaths")}`);
  assert.equal(environment["TOP"], "/my/top");
  assert.ok(environment["IOC"]);
  assert.ok(existsSync(join(environment["AUTOSAVE"] ?? "", "db")));
  assert.match(stdout.text, /^envPaths: no such file; set IOC=.*\n$/);
});

test("no line brings the shell down", async () => {
  const { shell, stderr } = bareShell();
  const words = fc.constantFrom(
    "echo",
    "dbl",
    "dbgf",
    "var",
    "on",
    "error",
    "help",
    "epicsEnvSet",
    "date",
    "$(X)",
    "a.b",
  );
  const marks = fc.constantFrom(" ", ",", "(", ")", '"', "'", "\\", "$(", "${", "}", "#", "\t", "*");
  const line = fc.array(fc.oneof(words, marks), { maxLength: 12 }).map((parts) => parts.join(""));
  await fc.assert(
    fc.asyncProperty(line, async (text) => {
      await shell.runLine(text);
      stderr.text = "";
    }),
  );
});
