import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { CaClient } from "../../src/ca/index.js";
import { loopbackEnvironment } from "../support/freePorts.js";
import { repositoryRoot } from "../support/paths.js";

const env = await loopbackEnvironment();

/** One of the programs in examples/, compiled. */
const start = (program: string, ...args: string[]): ChildProcess =>
  spawn(process.execPath, [join(repositoryRoot, "dist/examples", `${program}.js`), ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 60_000,
  });

/** The first line of a program's output that fits; fails when it ends without one. */
async function line(program: ChildProcess, pattern: RegExp): Promise<string> {
  assert.ok(program.stdout);
  for await (const text of createInterface({ input: program.stdout })) if (pattern.test(text)) return text;
  throw new Error(`no line like ${pattern}`);
}

let ioc: ChildProcess;

before(async () => {
  ioc = start("ioc", "lab:");
  await line(ioc, /^serving lab:Setpoint lab:Temperature lab:Deviation$/);
});

after(async () => {
  const ended = once(ioc, "exit");
  ioc.kill("SIGINT");
  assert.deepEqual(await ended, [0, null]);
});

test("the example driver's parameters are records", async () => {
  const client = new CaClient({ environment: env });
  const setpoint = client.connect("lab:Setpoint");
  await setpoint.writeNotify({ type: "DOUBLE", value: 180 });
  const { value } = await setpoint.read();
  client.close();
  assert.equal(value, 150, "the driver limits what records ask for");
});

test("the example monitor shows changes and their alarms", async () => {
  const monitor = start("monitor", "lab:Deviation", "lab:Temperature");
  const shown = await line(monitor, /^lab:Temperature \d/);
  const ended = once(monitor, "exit");
  monitor.kill("SIGINT");
  assert.deepEqual(await ended, [0, null]);
  assert.match(shown, /^lab:Temperature [\d.]+$/);
});

test("the example get reads a normative type", async () => {
  const get = start("get", "lab:Temperature");
  const { value, display } = JSON.parse(await line(get, /^\{/));
  assert.equal(typeof value, "number");
  assert.equal(display.units, "degC");
});

test("the example get says when a PV is not there", async () => {
  const get = start("get", "lab:Nothing");
  const [code] = await once(get, "exit");
  assert.equal(code, 1);
});
