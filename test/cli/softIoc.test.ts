import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { freePort } from "../support/freePorts.js";
import { repositoryRoot } from "../support/paths.js";

const directory = mkdtempSync(join(tmpdir(), "softioc-"));
after(() => rmSync(directory, { recursive: true }));

const database = join(directory, "test.db");
writeFileSync(database, 'record(ao, "$(P)ao") { field(VAL, "3") }\nrecord(bo, "$(P)bo") { }\n');

const described = join(directory, "described.db");
writeFileSync(described, 'record(ai, "$(P)x") { field(DESC, "$(DESC)") }\n');

/** A launcher of bin/ with everything it serves on loopback. */
async function launch(program: string, args: readonly string[]) {
  const [ca, pva] = [await freePort(), await freePort()];
  return spawn(process.execPath, [join(repositoryRoot, "bin", program), ...args], {
    cwd: directory,
    env: {
      ...process.env,
      EPICS_CAS_INTF_ADDR_LIST: "127.0.0.1",
      EPICS_CAS_BEACON_ADDR_LIST: "127.0.0.1",
      EPICS_CAS_AUTO_BEACON_ADDR_LIST: "NO",
      EPICS_CA_SERVER_PORT: String(ca),
      EPICS_PVAS_INTF_ADDR_LIST: "127.0.0.1",
      EPICS_PVA_SERVER_PORT: "0",
      EPICS_PVAS_SERVER_PORT: "0",
      EPICS_PVA_BROADCAST_PORT: String(pva),
    },
    timeout: 30_000,
  });
}

/** Runs a launcher with lines on its standard input; resolves when it has ended. */
async function run(program: string, args: readonly string[], input: string) {
  const child = await launch(program, args);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text: Buffer) => (stdout += text.toString()));
  child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
  child.stdin.end(input);
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { status, stdout, stderr };
}

/** All that is said on the error output when nothing is wrong. */
const booted = "Starting iocInit\niocRun: All initialization complete\n";

test("softIoc -a restricts clients by an access security file with the macros before it", async () => {
  const rules = join(directory, "test.acf");
  writeFileSync(rules, "UAG(ops) {$(WHO)}\nASG(DEFAULT) { RULE(1,READ) RULE(1,WRITE) {UAG(ops)} }\n");
  const { stdout } = await run(
    "softIoc",
    ["-m", "P=t:,WHO=alice", "-a", rules, "-d", database],
    "aspuag\nastac t:ao alice here\nastac t:ao bob here\n",
  );
  assert.match(stdout, /UAG\(ops\) \{alice\}/);
  assert.match(stdout, /t:ao: status=0 get Yes put Yes\n.*t:ao: status=0 get Yes put No/s);
});

test("softIoc loads a database, initialises, runs what it reads, and ends with its input", async () => {
  const { status, stdout, stderr } = await run(
    "softIoc",
    ["-m", "P=t:", "-d", database],
    "dbl\ndbpf t:ao 4\n",
  );
  assert.equal(stderr, booted);
  assert.match(stdout, /^epics> t:ao\nt:bo$/m);
  assert.match(stdout, /DBF_DOUBLE: {9}4/);
  assert.equal(status, 0);
});

test("softIoc gives a database its macros as they stand on the command line, quotes included", async () => {
  const { stdout } = await run("softIoc", ["-m", 'P=t:,DESC="a, b"', "-d", described], "dbgf t:x.DESC\n");
  assert.match(stdout, /DBF_STRING: +"a, b"/);
});

test("softIoc ends with status 2 where a database is not in order, and says what is wrong", async () => {
  const bad = join(directory, "bad.db");
  writeFileSync(bad, 'record(ai, "t:x") { field(VAX, "1") }\n');
  const { status, stderr } = await run("softIoc", ["-S", "-d", bad], "");
  assert.equal(status, 2);
  assert.match(stderr, /^ERROR .*bad\.db:1: record "t:x" field VAX: .*\nERROR: Failed to load: .*bad\.db\n$/);
});

test("tomoScanApp runs the script that it is given, then its shell", async () => {
  const script = join(directory, "st.cmd");
  writeFileSync(script, `dbLoadRecords("${database}", "P=s:")\niocInit\n`);
  const { status, stdout, stderr } = await run("linux-x86_64/tomoScanApp", ["st.cmd"], "dbgf s:ao\nexit\n");
  assert.equal(stderr, booted);
  assert.match(stdout, /DBF_DOUBLE: {9}3/);
  assert.equal(status, 0);
});

test("writing to the exit record of -x ends the IOC with the status that it says", async () => {
  const slow = "epicsThreadSleep 10\n";
  assert.equal((await run("softIoc", ["-x", "t"], `dbpf t:exit 0\n${slow}`)).status, 0);
  assert.equal((await run("softIoc", ["-x", "t"], `dbpf t:exit 1\n${slow}`)).status, 1);
});

test("a script that is not there is an error", async () => {
  const { status, stderr } = await run("softIoc", ["-S", "nosuch.cmd"], "");
  assert.equal(status, 2);
  assert.match(stderr, /Can't open nosuch\.cmd: No such file or directory/);
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`${signal} ends an IOC without a shell, with autosave's last save`, async () => {
    const place = mkdtempSync(join(directory, "saved-"));
    writeFileSync(join(place, "settings.req"), "z:ao\n");
    const script = join(place, "st.cmd");
    const lines = [
      `set_requestfile_path("${place}")`,
      `set_savefile_path("${place}")`,
      "iocInit",
      'create_monitor_set("settings.req", 30)',
      "dbpf z:ao 5",
    ];
    writeFileSync(script, `${lines.join("\n")}\n`);
    const child = await launch("softIoc", ["-S", "-m", "P=z:", "-d", database, script]);
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    for await (const text of child.stdout) if (/DBF_DOUBLE: +5/.test(String(text))) break;
    const before = readFileSync(join(place, "settings.sav"), "utf8");
    child.kill(signal);
    assert.equal(await ended, 0);
    assert.match(before, /^z:ao 3$/m);
    assert.match(readFileSync(join(place, "settings.sav"), "utf8"), /^z:ao 5$/m);
  });
}
