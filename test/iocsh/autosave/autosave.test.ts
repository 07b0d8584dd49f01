import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { bareShell } from "../support/shell.js";

const directory = mkdtempSync(join(tmpdir(), "autosave-"));
after(() => rmSync(directory, { recursive: true }));

const database = `
record(ao, "t:ao") { field(VAL, "1.5") field(PREC, "3") }
record(longout, "t:long") { field(VAL, "7") field(OUT, "t:other") }
record(longout, "t:other") { }
record(mbbo, "t:mode") { field(ZRST, "Off") field(ONST, "On") field(ONVL, "1") field(TWST, "Auto") field(TWVL, "2") }
record(stringout, "t:name") { field(VAL, "as built") }
record(waveform, "t:path") { field(FTVL, "UCHAR") field(NELM, "64") }
record(waveform, "t:curve") { field(FTVL, "DOUBLE") field(NELM, "4") }
record(bo, "t:trigger") { field(ZNAM, "0") field(ONAM, "1") }
`;
const request = "t:ao\nt:long\nt:long.OUT\nt:long.SCAN\nt:mode\nt:name\nt:path\nt:curve\n";

/** Boots in a directory, with commands before and after iocInit. */
async function boot(place: string, before: readonly string[], afterInit: readonly string[]) {
  const session = bareShell();
  const script = join(place, "st.cmd");
  const lines = [
    `dbLoadRecords("${join(place, "test.db")}")`,
    `set_requestfile_path("${place}")`,
    `set_savefile_path("${place}")`,
    "save_restoreSet_DatedBackupFiles(1)",
    ...before,
    "iocInit",
    ...afterInit,
  ];
  writeFileSync(script, `${lines.join("\n")}\n`);
  await session.shell.runScript(script);
  return session;
}

function prepared(files: Readonly<Record<string, string>> = {}): string {
  const place = mkdtempSync(join(directory, "boot-"));
  const all = { "test.db": database, "settings.req": request, ...files };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(place, name), text);
  return place;
}

const monitorSet = 'create_monitor_set("settings.req", 30)';
const restoreBoth = ['set_pass0_restoreFile("settings.sav")', 'set_pass1_restoreFile("settings.sav")'];

const withoutHeader = (path: string): string => readFileSync(path, "utf8").split("\n").slice(1).join("\n");

const saved = `# autosave R5.3\tAutomatically generated - DO NOT MODIFY - 260101-000000
t:ao 2.25
t:long 42
t:long.OUT t:other.LOLO NPP NMS
t:long.SCAN 6
t:mode 2
t:name it\\'s \\"restored\\"
t:path @array@ { "47" "100" "0" }
t:curve @array@ { "1" "0.5" }
<END>
`;

test("a monitored set is saved when it is created, with its backup", async () => {
  const place = prepared();
  const { stop, stderr } = await boot(place, [], [monitorSet]);
  stop();
  const expected = [
    "t:ao 1.5",
    "t:long 7",
    "t:long.OUT t:other NPP NMS",
    "t:long.SCAN 0",
    "t:mode 0",
    "t:name as built",
    "t:path @array@ { }",
    "t:curve @array@ { }",
    "<END>",
    "",
  ].join("\n");
  assert.equal(stderr.complaints, "");
  assert.equal(withoutHeader(join(place, "settings.sav")), expected);
  assert.equal(withoutHeader(join(place, "settings.savB")), expected);
});

test("what changed is saved when the IOC stops", async () => {
  const place = prepared();
  const { engine, stop } = await boot(place, [], [monitorSet]);
  engine.put("t:ao", 8);
  stop();
  assert.match(readFileSync(join(place, "settings.sav"), "utf8"), /^t:ao 8$/m);
});

test("scalars, links, menus and arrays come back", async () => {
  const place = prepared({ "settings.sav": saved });
  const { engine, stop, stderr } = await boot(place, restoreBoth, []);
  assert.equal(stderr.complaints, "");
  assert.equal(engine.get("t:ao"), 2.25);
  assert.equal(engine.get("t:long"), 42);
  assert.match(engine.getString("t:long.OUT"), /^t:other\.LOLO/);
  assert.equal(engine.getString("t:long.SCAN"), "1 second");
  assert.equal(engine.getString("t:mode"), "Auto");
  assert.equal(engine.get("t:name"), 'it\'s "restored"');
  assert.deepEqual(Array.from(engine.get("t:path") as Uint8Array), [47, 100, 0]);
  assert.deepEqual(Array.from(engine.get("t:curve") as Float64Array), [1, 0.5]);
  stop();
});

test("a record restored in pass 0 is defined", async () => {
  const place = prepared({ "settings.sav": saved });
  const { engine, stop } = await boot(place, restoreBoth.slice(0, 1), []);
  assert.equal(engine.getString("t:name.UDF"), "0");
  assert.deepEqual(Array.from(engine.get("t:curve") as Float64Array), [], "arrays wait for pass 1");
  stop();
});

test("a save that was cut off gives way to its backup", async () => {
  const place = prepared({ "settings.sav": saved.slice(0, 150), "settings.savB": saved });
  const { engine, stop } = await boot(place, restoreBoth, []);
  assert.equal(engine.get("t:long"), 42);
  stop();
});

test("what was restored is kept in a dated copy", async () => {
  const place = prepared({ "settings.sav": saved });
  const { stop } = await boot(place, restoreBoth, [monitorSet]);
  stop();
  const copies = readdirSync(place).filter((name) => /^settings\.sav_\d{6}-\d{6}$/.test(name));
  assert.equal(copies.length, 1);
  assert.equal(readFileSync(join(place, copies[0] ?? ""), "utf8"), saved);
});

test("the first boot has nothing to restore and says so in one line", async () => {
  const place = prepared();
  const { stderr, stop } = await boot(place, restoreBoth, []);
  stop();
  const line = `autosave: nothing restored: ${join(place, "settings.sav")}: No such file or directory\n`;
  assert.equal(stderr.complaints, line);
});

test("a value that fits no record is one line, the rest is restored", async () => {
  const place = prepared({ "settings.sav": saved.replace("t:ao ", "t:gone 1\nt:ao ") });
  const { engine, stderr, stop } = await boot(place, restoreBoth, []);
  stop();
  assert.equal(stderr.complaints, "autosave: settings.sav:2: t:gone: no such record or field\n");
  assert.equal(engine.get("t:ao"), 2.25);
});

test("a directory that cannot be written is one line, and the IOC goes on", async () => {
  const place = prepared();
  const nowhere = join(place, "test.db", "below");
  const { engine, stderr, stop } = await boot(place, [`set_savefile_path("${nowhere}")`], [monitorSet]);
  engine.put("t:ao", 3);
  stop();
  assert.equal(
    stderr.complaints,
    `autosave: cannot write ${join(nowhere, "settings.sav")}: Not a directory\n`,
  );
});

test("a request file that names nothing here is said, PV by PV", async () => {
  const place = prepared({ "settings.req": "t:ao\nt:elsewhere\n" });
  const { stderr, stop } = await boot(place, [], [monitorSet]);
  stop();
  assert.equal(stderr.complaints, "autosave: settings.req: t:elsewhere is not in this IOC\n");
  assert.match(readFileSync(join(place, "settings.sav"), "utf8"), /^#t:elsewhere /m);
});

test("a triggered set is saved when its PV becomes other than zero", async () => {
  const place = prepared();
  const { engine, stop } = await boot(place, [], ['create_triggered_set("settings.req", "t:trigger")']);
  engine.put("t:ao", 99);
  assert.doesNotMatch(readFileSync(join(place, "settings.sav"), "utf8"), /99/);
  engine.put("t:trigger", 1);
  assert.match(readFileSync(join(place, "settings.sav"), "utf8"), /^t:ao 99$/m);
  stop();
});

test("fdbrestore brings a file back into the running IOC", async () => {
  const place = prepared({ "other.sav": saved });
  const { engine, stop } = await boot(place, [], ['fdbrestore("other.sav")']);
  assert.equal(engine.get("t:ao"), 2.25);
  assert.equal(engine.getString("t:mode"), "Auto");
  stop();
});

test("manual_save saves now, in another file if one is named", async () => {
  const place = prepared();
  const { stop } = await boot(place, [], [monitorSet, 'manual_save("settings.req", "snapshot.sav")']);
  stop();
  assert.ok(existsSync(join(place, "snapshot.sav")));
});

test("a request file is made of the fields that records name in info tags", async () => {
  const tagged = `record(ao, "t:a") { info(autosaveFields, "VAL  PREC") }\nrecord(ao, "t:b") { info(autosaveFields, "VAL") }\n`;
  const place = prepared({ "test.db": tagged });
  const file = join(place, "info.req");
  const { stop } = await boot(place, [], [`makeAutosaveFileFromDbInfo("${file}", "autosaveFields")`]);
  stop();
  assert.equal(readFileSync(file, "utf8"), "t:a.VAL\nt:a.PREC\nt:b.VAL\n");
});

test("a directory that is missing is made", async () => {
  const place = prepared();
  const { stop } = await boot(place, [`set_savefile_path("${place}", "autosave")`], [monitorSet]);
  stop();
  assert.ok(existsSync(join(place, "autosave", "settings.sav")));
});

test("the status records show what is saved", async () => {
  const place = prepared({ "settings.sav": saved });
  const { engine, stop } = await boot(
    place,
    ["save_restoreSet_status_prefix(t:)", 'dbLoadRecords("save_restoreStatus.db", "P=t:")', ...restoreBoth],
    [monitorSet],
  );
  assert.equal(engine.getString("t:SR_status"), "Ok");
  assert.equal(engine.getString("t:SR_rebootStatus"), "Ok");
  assert.equal(engine.getString("t:SR_0_Name"), "settings.sav");
  assert.equal(engine.getString("t:SR_0_Status"), "Ok");
  assert.equal(engine.get("t:SR_0_State"), 12);
  assert.match(engine.getString("t:SR_0_Time"), /^[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d$/);
  stop();
});
