import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { bareShell } from "../support/shell.js";

const directory = mkdtempSync(join(tmpdir(), "autosave-commands-"));
after(() => rmSync(directory, { recursive: true }));

const DATABASE = `record(ao, "t:ao") { field(VAL, "1.5") field(PREC, "3") info(autosaveFields, "VAL PREC NOPE DESC$") }
record(stringout, "t:name") { field(VAL, "as built") info(autosaveFields_pass0, "VAL") }
record(mbbo, "t:mode") { field(ZRST, "Off") field(ONST, "On") }
record(waveform, "t:curve") { field(FTVL, "DOUBLE") field(NELM, "4") }
record(stringout, "t:path") {} record(stringout, "t:file") {}
`;

/** A shell in a directory of its own: `run` gives what a line printed. */
async function session(files: Readonly<Record<string, string>> = {}, before: readonly string[] = []) {
  const place = mkdtempSync(join(directory, "boot-"));
  for (const [name, text] of Object.entries({ "test.db": DATABASE, ...files }))
    writeFileSync(join(place, name), text);
  const { shell, engine, stdout, stderr, stop } = bareShell();
  const run = async (line: string): Promise<string> => {
    const [out, errors] = [stdout.text.length, stderr.text.length];
    await shell.runLine(line.replaceAll("HERE", place));
    return stdout.text.slice(out) + stderr.text.slice(errors);
  };
  for (const line of ["set_requestfile_path HERE", "set_savefile_path HERE", ...before]) await run(line);
  await run("dbLoadRecords HERE/test.db");
  await run("iocInit");
  const read = (name: string): string => readFileSync(join(place, name), "utf8");
  return { run, read, engine, stop, place, has: (name: string) => existsSync(join(place, name)) };
}

test("autosaveBuild includes the request files of the databases that are loaded", async () => {
  const { run, read, stop } = await session(
    {
      "abc_settings.req": "$(P)x\n",
      "abc.req": "$(P)y\n",
      "abc.db": 'record(ao, "$(P)x") {} record(ao, "$(P)y") {}',
    },
    [
      'autosaveBuild("HERE/built.req", "_settings.req", 1)',
      'dbLoadRecords("HERE/abc.db", "P=t:,Q=1")',
      'autosaveBuild("HERE/built.req", ".req", 1)',
      'autosaveBuild("HERE/built.req", "_settings.req", 0)',
      "dbLoadRecords HERE/abc.db P=u:",
      'autosaveBuild("HERE/built.req", "*", 0)',
      "dbLoadRecords HERE/abc.db P=v:",
      "appendToFile HERE/built.req 't:ao.DESC'",
    ],
  );
  stop();
  assert.equal(read("built.req"), "file abc_settings.req P=t:,Q=1\nfile abc.req P=u:\nt:ao.DESC\n");
  assert.match(await run("autosaveBuild"), /Usage/);
  assert.match(await run("autosaveBuild x.req"), /bad suffix/);
});

test("autosaveBuild hears of every row of a substitutions file", async () => {
  const { read, run, stop, place } = await session({
    "row.template": 'record(ao, "$(P)z") {}',
    "row_settings.req": "$(P)z\n",
  });
  stop();
  writeFileSync(join(place, "rows.substitutions"), `file "${place}/row.template" { pattern {P} {a:} {b:} }`);
  const second = bareShell();
  for (const line of [
    `set_requestfile_path ${place}`,
    `autosaveBuild ${place}/built.req _settings.req 1`,
    `dbLoadTemplate ${place}/rows.substitutions`,
  ])
    await second.shell.runLine(line);
  second.stop();
  assert.equal(read("built.req"), "file row_settings.req P=a:\nfile row_settings.req P=b:\n");
  await run(`eraseFile ${place}/built.req`);
  assert.equal(read("built.req"), "");
});

test("asVerify shows what differs from a save file, and writes the present values into another", async () => {
  const { run, read, stop } = await session({
    "v.sav": '# x\nt:ao 2.5\nt:name as built\nt:mode 1\nt:curve @array@ { "1" "2" }\nt:gone 7\n<END>\n',
  });
  const text = await run("asVerify v.sav 0 HERE/now.sav");
  assert.deepEqual(text.trimEnd().split("\n"), [
    "    PVname saved_value live_value",
    "    =============================",
    "*** t:ao                      2.500000                  1.500000",
    "*** t:mode                    1                         0",
    "*** t:curve                   (array) 2 diffs",
    "asVerify: *** 't:gone' not connected.  Saved value='7'",
    "3 PVs differed.  (4 PVs checked; 1 PV not connected)",
  ]);
  assert.match(await run("asVerify v.sav 1"), / {4}t:name {19}'as built' {16}'as built'\n/);
  assert.equal(
    read("now.sav").split("\n").slice(1).join("\n"),
    "t:ao 1.5\nt:name as built\nt:mode 0\nt:curve @array@ { }\n<END>\n",
  );
  stop();
});

test("fdbrestore wants a complete file and copies it, fdbrestoreX takes any and expands macros", async () => {
  const { run, read, engine, stop, has } = await session({
    "whole.sav": "# x\nt:ao 3\n<END>\n",
    "part.sav": "$(P)ao 4\n",
  });
  await run("fdbrestore whole.sav");
  assert.equal(engine.get("t:ao"), 3);
  assert.equal(read("whole.sav.bu"), read("whole.sav"));
  assert.match(await run("fdbrestore part.sav"), /no <END>/);
  await run("fdbrestoreX part.sav P=t:");
  assert.equal(engine.get("t:ao"), 4);
  assert.ok(!has("part.sav.bu"));
  stop();
});

test("PVs can say where and under which name a set is saved; it then has no backups", async () => {
  const { run, read, engine, place, has, stop } = await session({ "s.req": "$(P)ao\n" });
  mkdirSync(join(place, "there"));
  engine.put("t:path", "there");
  engine.put("t:file", "mine.sav");
  await run('create_manual_set("s.req", "P=t:,SAVEPATHPV=t:path,SAVENAMEPV=t:file")');
  await run("manual_save s.req");
  assert.match(read("there/mine.sav"), /\nt:ao 1\.5\n<END>\n$/);
  assert.ok(!has("there/mine.savB"));
  stop();
});

test("a set that lacks PVs is not saved where incomplete sets are not ok", async () => {
  const { run, has, stop } = await session({ "s.req": "t:ao\nt:gone\n" }, [
    "save_restoreSet_IncompleteSetsOk 0",
  ]);
  assert.match(await run("create_periodic_set s.req 30"), /1 PVs are missing, not saved/);
  assert.ok(!has("s.sav"));
  stop();
});

test("a file that could not be written is tried again", async (context) => {
  const { run, place, has, stop } = await session({ "s.req": "t:ao\n" });
  writeFileSync(join(place, "blocked"), "");
  await run("set_savefile_path HERE/blocked below");
  context.mock.timers.enable({ apis: ["setTimeout"] });
  await run("save_restoreSet_RetrySeconds 5");
  assert.match(await run("create_triggered_set s.req t:mode"), /cannot write/);
  rmSync(join(place, "blocked"));
  context.mock.timers.tick(5000);
  assert.ok(has("blocked/below/s.sav"));
  stop();
});

test("SR_disable holds saves back, for SR_disableMaxSecs at most; manual_save goes on", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const { run, read, engine, stop } = await session({ "s.req": "t:ao\n" }, [
    "save_restoreSet_status_prefix t:",
    'dbLoadRecords("save_restoreStatus.db", "P=t:")',
  ]);
  await run("create_triggered_set s.req t:mode");
  engine.put("t:SR_disableMaxSecs", 2);
  engine.put("t:SR_disable", 1);
  engine.put("t:ao", 5);
  engine.put("t:mode", 1);
  assert.match(read("s.sav"), /t:ao 1\.5\n/);
  await run("manual_save s.req");
  assert.match(read("s.sav"), /t:ao 5\n/);
  engine.put("t:ao", 6);
  context.mock.timers.tick(2000);
  assert.equal(engine.getString("t:SR_disable"), "Disable");
  assert.match(read("s.sav"), /t:ao 5\n/);
  context.mock.timers.tick(1000);
  assert.equal(engine.getString("t:SR_disable"), "Enable");
  assert.match(read("s.sav"), /t:ao 6\n/);
  stop();
});

test("a set can be reloaded with other macros, but not before it is there", async () => {
  const { run, read, stop } = await session({ "s.req": "t:$(PV)\n" });
  assert.match(await run("reload_monitor_set s.req 30 PV=ao"), /there is no set for s\.req/);
  await run("create_monitor_set s.req 30 PV=ao");
  await run("reload_monitor_set s.req 30 PV=name");
  assert.match(read("s.sav"), /\nt:name as built\n<END>/);
  stop();
});

test("makeAutosaveFiles writes the fields that are there, makeAutosaveFileFromDbInfo adds .req", async () => {
  const { run, read, stop } = await session();
  const text = await run("makeAutosaveFileFromDbInfo HERE/fields autosaveFields");
  assert.equal(read("fields.req"), "t:ao.VAL\nt:ao.PREC\nt:ao.DESC$\n");
  assert.equal(text, "makeAutosaveFileFromDbInfo: t:ao.NOPE not found\n");
  stop();
});

test("the reports show settings, sets and restored files as autosave does", async () => {
  const { run, stop } = await session({ "s.req": "t:ao\n", "old.sav": "# x\nt:ao 9\n<END>\n" }, [
    "set_pass0_restoreFile old.sav P=t:",
    "set_pass1_restoreFile gone.sav",
    "save_restoreSet_RetrySeconds 20",
  ]);
  await run("create_monitor_set s.req 30 PV=1");
  const restored = (await run("dbrestoreShow")).split("\n");
  assert.deepEqual(restored.slice(0, 4), [
    "  '     filename     ' -  status  - 'message' - 'macro string'",
    "  pass 0:",
    "  'old.sav' - Ok - 'No errors' - 'P=t:'",
    "  pass 1:",
  ]);
  assert.match(restored[4] ?? "", /^ {2}'gone\.sav' - Failure - 'autosave: nothing restored: .*'$/);
  const shown = await run("save_restoreShow 1");
  for (const line of [
    "  Time interval between .sav-file write failure and retry: 20 seconds",
    "  s.req: ",
    "    macro string: 'PV=1'",
    "    Status: 'Ok' - 'Ok'",
    "    methods: [ TIMER+CHANGE ]",
    "    0 channels not connected (or ca_get failed)",
    "\tt:ao 9",
  ])
    assert.ok(shown.split("\n").includes(line), `${line} in\n${shown}`);
  stop();
});
