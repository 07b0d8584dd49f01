import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTcp, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { CaClient } from "../../src/ca/index.js";
import { createIoc, type Ioc } from "../../src/ioc/ioc.js";
import { loopbackEnvironment } from "../support/freePorts.js";

const directory = mkdtempSync(join(tmpdir(), "tomoioc-bad-"));
after(() => rmSync(directory, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

const good = file(
  "good.db",
  'record(ao, "t:good") { field(VAL, "4.5") field(DRVH, "10") field(DRVL, "-10") }\n',
);

// What a shell says without complaining, and how it ends a line that failed, whatever was said about it.
const noComplaints = ["", "Starting iocInit", "iocRun: All initialization complete", "iocsh Error: Break"];

/** The lines of complaint of one IOC, from its shell and its log. */
class Complaints {
  readonly lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  readonly sink = {
    write: (text: string): boolean => {
      this.lines.push(...text.split("\n").filter((line) => !noComplaints.includes(line)));
      for (const wake of this.#waiting) wake();
      return true;
    },
  };

  /** Resolves once there is a line; rejects after 30 s. */
  async first(): Promise<string> {
    const deadline = AbortSignal.timeout(30_000);
    for (;;) {
      const [line] = this.lines;
      if (line !== undefined) return line;
      await new Promise<void>((resolve, reject) => {
        this.#waiting.add(resolve);
        deadline.addEventListener("abort", () => reject(new Error("nothing was said")));
      });
    }
  }
}

interface Booted {
  readonly ioc: Ioc;
  readonly complaints: Complaints;
  readonly env: NodeJS.ProcessEnv;
}

/** Boots an IOC with the good record after `lines`, iocInit, and `lastLines`; it ends with the test. */
async function boot(
  t: TestContext,
  lines: readonly string[],
  lastLines: readonly string[] = [],
  variables: NodeJS.ProcessEnv = {},
): Promise<Booted> {
  const env = { ...(await loopbackEnvironment()), ...variables };
  // pvAccess takes its ports from the process, as its tools do.
  Object.assign(process.env, env);
  const complaints = new Complaints();
  t.mock.method(process.stderr, "write", complaints.sink.write);
  const streams = { stdout: { write: () => true }, stderr: complaints.sink };
  const ioc = createIoc({ environment: { ...process.env }, streams });
  t.after(() => ioc.stop());
  for (const line of [...lines, `dbLoadRecords("${good}")`, "iocInit", ...lastLines])
    await ioc.shell.runLine(line);
  return { ioc, complaints, env };
}

async function isServed({ env, ioc }: Booted, name: string): Promise<boolean> {
  const port = String(ioc.caServer?.udpPort);
  const client = new CaClient({ environment: { ...env, EPICS_CA_SERVER_PORT: port } });
  try {
    await client.connect(name).read({ timeoutSeconds: 30 });
    return true;
  } catch {
    return false;
  } finally {
    client.close();
  }
}

/** One line and no other, which matches; and the record that has nothing to do with it is there. */
async function onlyComplains(booted: Booted, pattern: RegExp): Promise<void> {
  assert.match(await booted.complaints.first(), pattern);
  assert.ok(await isServed(booted, "t:good"));
  assert.equal(booted.complaints.lines.length, 1, booted.complaints.lines.join("\n"));
}

test("a misspelt key of a YAML database", async (t) => {
  const typo = file("typo.yaml", "records:\n  t:a: { type: ao }\nmacross: { P: {} }\n");
  const booted = await boot(t, [`dbLoadRecords("${typo}")`]);
  await onlyComplains(booted, /typo\.yaml:3: .*macross/);
});

test("a YAML database that is no YAML", async (t) => {
  const broken = file(
    "broken.yaml",
    'records:\n  t:a: { type: ao, DESC: "never closed }\n  t:b: { type: ao }\n',
  );
  await onlyComplains(await boot(t, [`dbLoadRecords("${broken}")`]), /broken\.yaml:\d+: /);
});

test("a misspelt field in a YAML database leaves its record served", async (t) => {
  const field = file("field.yaml", "records:\n  t:a:\n    type: ao\n    VALL: 1\n");
  const booted = await boot(t, [`dbLoadRecords("${field}")`]);
  await onlyComplains(booted, /field\.yaml:4: .*t:a.*VALL/);
  assert.ok(await isServed(booted, "t:a"));
});

test("a template that is not there", async (t) => {
  await onlyComplains(await boot(t, ['dbLoadRecords("nosuch.template")']), /nosuch\.template/);
});

test("a template that is not there, of a substitutions file", async (t) => {
  const substitutions = file(
    "some.substitutions",
    `\nfile "nosuch.template" { pattern {P} {a} }\nfile "${file("p.db", 'record(ao, "$(P)") {}\n')}" { pattern {P} {t:p} }\n`,
  );
  const booted = await boot(t, [`dbLoadTemplate("${substitutions}")`]);
  await onlyComplains(booted, /some\.substitutions:2: .*nosuch\.template/);
  assert.ok(await isServed(booted, "t:p"));
});

test("an unknown record type leaves the records around it served", async (t) => {
  const unknown = file("unknown.db", 'record(ao, "t:a") {}\nrecord(aoo, "t:b") { field(VAL, "1") }\n');
  const booted = await boot(t, [`dbLoadRecords("${unknown}")`]);
  await onlyComplains(booted, /unknown\.db:2: .*aoo/);
  assert.ok(await isServed(booted, "t:a"));
});

test("an sscan record is not provided, and the records around it are served", async (t) => {
  const scans = file("scans.db", 'record(sscan, "t:scan1") { field(NPTS, "5") }\nrecord(ao, "t:a") {}\n');
  const booted = await boot(t, [`dbLoadRecords("${scans}")`]);
  await onlyComplains(booted, /scans\.db:1: record "t:scan1": the sscan record is not provided/);
  assert.ok(await isServed(booted, "t:a"));
});

test("an unknown record type in a YAML database", async (t) => {
  const unknown = file("unknown.yaml", "records:\n  t:a: { type: aoo }\n  t:b: { type: ao }\n");
  await onlyComplains(await boot(t, [`dbLoadRecords("${unknown}")`]), /unknown\.yaml:2: .*aoo/);
});

/** A TCP port of loopback that somebody else listens on for the length of the test. */
async function takenPort(t: TestContext): Promise<number> {
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
  t.after(() => blocker.close());
  const address = blocker.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

test("a taken port of Channel Access is replaced", async (t) => {
  const port = String(await takenPort(t));
  const booted = await boot(t, [], [], { EPICS_CA_SERVER_PORT: port });
  await onlyComplains(booted, new RegExp(`ca\\.server TCP port ${port} `));
});

test("a taken port of pvAccess is replaced", async (t) => {
  const port = String(await takenPort(t));
  const booted = await boot(t, [], [], { EPICS_PVA_SERVER_PORT: port });
  await onlyComplains(booted, new RegExp(`pva\\.server TCP port ${port} `));
});

test("a UDP port that another program keeps for itself", async (t) => {
  const env = await loopbackEnvironment();
  const port = Number(env["EPICS_PVA_BROADCAST_PORT"]);
  const blocker = createSocket("udp4");
  await new Promise<void>((resolve) => blocker.bind(port, "0.0.0.0", resolve));
  t.after(() => blocker.close());
  const booted = await boot(t, [], [], env);
  assert.match(await booted.complaints.first(), new RegExp(`UDP 127\\.0\\.0\\.1:${port}: `));
  assert.ok(await isServed(booted, "t:good"));
});

// Below a regular file no directory can be made, not even by root.
const unwritable = join(good, "below");

test("an unwritable directory for autosave, which is said once however often it saves", async (t) => {
  file("auto.req", "t:good\n");
  const booted = await boot(
    t,
    [`set_requestfile_path("${directory}")`, `set_savefile_path("${unwritable}")`],
    ['create_monitor_set("auto.req", 1)'],
  );
  booted.ioc.engine.put("t:good", 5);
  await onlyComplains(booted, /autosave: cannot write .*good\.db\/below\/auto\.sav: Not a directory/);
  await booted.ioc.stop();
  assert.equal(booted.complaints.lines.length, 1, "the last save says nothing new");
});

test("an unwritable directory for captured files", async (t) => {
  const booted = await boot(t, [
    'simBeamlineConfigure("SP1", "ROT", "PSO_PORT", "16", "phantom")',
    'dbLoadRecords("ADBase.yaml", "P=t:,R=cam1:,PORT=SP1")',
    'NDFileHDF5Configure("HDF1", 10, 0, "SP1", 0)',
    'dbLoadRecords("NDFileHDF5.yaml", "P=t:,R=HDF1:,PORT=HDF1,NDARRAY_PORT=SP1")',
  ]);
  const { ioc } = booted;
  const puts = [
    ["EnableCallbacks", "Enable"],
    ["FilePath", unwritable],
    ["FileName", "scan"],
    ["FileTemplate", "%s%s.h5"],
    ["FileWriteMode", "Stream"],
  ];
  for (const [name, value] of puts) ioc.engine.put(`t:HDF1:${name}`, value ?? "");
  ioc.engine.put("t:cam1:Acquire", 1);
  await ioc.engine.putNotify("t:HDF1:Capture", 1);
  await onlyComplains(booted, /HDF1 cannot open .*good\.db\/below\/scan\.h5: .*not a directory/);
  assert.match(ioc.engine.getString("t:HDF1:WriteMessage"), /cannot open/);
});

/** Sends bytes to a TCP port and waits until the connection is ended. */
function sendTcp(port: number | undefined, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host: "127.0.0.1", port: port ?? 0 }, () => socket.write(bytes));
    socket.setTimeout(30_000, () => socket.destroy(new Error("not disconnected")));
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.resume();
  });
}

function sendUdp(port: number | undefined, bytes: Uint8Array, times = 1): Promise<void> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    let left = times;
    const sent = (): void => {
      left--;
      if (left > 0) return;
      socket.close();
      resolve();
    };
    for (let count = 0; count < times; count++) socket.send(bytes, port, "127.0.0.1", sent);
  });
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

const noise = Buffer.from("GET / HTTP/1.1\r\nHost: beamline\r\n\r\n");

const caVersion = "000000000000000d0000000000000000";

test("a message of odd size on a Channel Access circuit", async (t) => {
  const booted = await boot(t, []);
  await sendTcp(booted.ioc.caServer?.tcpPort, hex(`${caVersion} 000f0003000000010000000000000000`));
  await onlyComplains(booted, /ca\.server 127\.0\.0\.1:\d+: misaligned message, disconnected/);
});

test("an unknown request on a Channel Access circuit", async (t) => {
  const booted = await boot(t, []);
  await sendTcp(booted.ioc.caServer?.tcpPort, hex(`${caVersion} 00630000000000010000000000000000`));
  await onlyComplains(booted, /ca\.server 127\.0\.0\.1:\d+: invalid request code 99, disconnected/);
});

test("a program that does not speak Channel Access, which may stay as in EPICS Base", async (t) => {
  const booted = await boot(t, []);
  const socket = connectTcp({ host: "127.0.0.1", port: booted.ioc.caServer?.tcpPort ?? 0 });
  t.after(() => socket.destroy());
  socket.write(noise);
  await onlyComplains(booted, /ca\.server 127\.0\.0\.1:\d+: command \d+ before the client's version/);
});

test("malformed datagrams to Channel Access, which are said once for each sender", async (t) => {
  const booted = await boot(t, []);
  await sendUdp(booted.ioc.caServer?.udpPort, noise, 3);
  await onlyComplains(booted, /ca\.server 127\.0\.0\.1:\d+: .*datagram/);
});

test("a malformed message on a pvAccess connection", async (t) => {
  const booted = await boot(t, []);
  await sendTcp(booted.ioc.pvaServer?.port, noise);
  await onlyComplains(booted, /pva\.server 127\.0\.0\.1.*: .*connection closed/);
});

test("malformed datagrams to pvAccess, which are said once for each sender", async (t) => {
  const booted = await boot(t, []);
  await sendUdp(Number(booted.env["EPICS_PVA_BROADCAST_PORT"]), noise, 3);
  await onlyComplains(booted, /pva\.search 127\.0\.0\.1:\d+: .*datagram/);
});
