import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { filter, firstValueFrom, skip } from "rxjs";
import waterLevel from "../../examples/captureTrigger.js";
import { CaClient } from "../../src/ca/index.js";
import { loopbackEnvironment } from "../support/freePorts.js";
import { repositoryRoot } from "../support/paths.js";

const env = await loopbackEnvironment();

/** One of the programs in examples/, compiled. */
const start = (program: string, args: readonly string[], environment = env): ChildProcess =>
  spawn(process.execPath, [join(repositoryRoot, "dist/examples", `${program}.js`), ...args], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 60_000,
  });

/** The first line of a program's output that fits; fails when it ends without one. */
async function line(program: ChildProcess, pattern: RegExp): Promise<string> {
  assert.ok(program.stdout);
  for await (const text of createInterface({ input: program.stdout })) if (pattern.test(text)) return text;
  throw new Error(`no line like ${pattern}`);
}

/** Programs are asked to end as an operator does it, and have to do so without a complaint. */
async function end(program: ChildProcess): Promise<void> {
  const ended = once(program, "exit");
  program.kill("SIGINT");
  assert.deepEqual(await ended, [0, null]);
}

let ioc: ChildProcess;

before(async () => {
  ioc = start("ioc", ["lab:"]);
  await line(ioc, /^serving lab:Setpoint lab:Temperature lab:Deviation$/);
});

after(() => end(ioc));

test("the example driver's parameters are records", async () => {
  const client = new CaClient({ environment: env });
  const setpoint = client.connect("lab:Setpoint");
  await setpoint.writeNotify({ type: "DOUBLE", value: 180 });
  const { value } = await setpoint.read();
  client.close();
  assert.equal(value, 150, "the driver limits what records ask for");
});

test("the example monitor shows changes and their alarms", async () => {
  const monitor = start("monitor", ["lab:Deviation", "lab:Temperature"]);
  const shown = await line(monitor, /^lab:Temperature \d/);
  await end(monitor);
  assert.match(shown, /^lab:Temperature [\d.]+$/);
});

test("the example get reads a normative type", async () => {
  const get = start("get", ["lab:Temperature"]);
  const { value, display } = JSON.parse(await line(get, /^\{/));
  assert.equal(typeof value, "number");
  assert.equal(display.units, "degC");
});

test("the example of a Channel Access client reads a PV, and ends", async () => {
  const read = start("caRead", ["lab:Temperature"]);
  const ended = once(read, "exit");
  assert.match(await line(read, /./), /^[\d.]+ degC from 127\.0\.0\.1:\d+$/);
  assert.deepEqual(await ended, [0, null]);
});

test("the example get says when a PV is not there", async () => {
  const get = start("get", ["lab:Nothing"]);
  const [code] = await once(get, "exit");
  assert.equal(code, 1);
});

test("the example record type is served as any other", async () => {
  const ownEnv = await loopbackEnvironment();
  const program = start("recordType", ["own:"], ownEnv);
  await line(program, /^serving own:Reading own:Mean$/);
  const client = new CaClient({ environment: ownEnv });
  const counted = firstValueFrom(
    client
      .connect("own:Mean.COUNT")
      .monitor()
      .pipe(filter(({ value }) => value === 3)),
  );
  const reading = client.connect("own:Reading");
  const mean = client.connect("own:Mean");
  await firstValueFrom(mean.monitor());
  for (const value of [4, 5]) {
    const read = firstValueFrom(mean.monitor().pipe(skip(1)));
    await reading.writeNotify({ type: "DOUBLE", value });
    await read;
  }
  await counted;
  const { value } = await mean.read();
  const { units } = await mean.properties();
  client.close();
  await end(program);
  assert.deepEqual([value, units], [3, "V"], "the mean of 0, 4 and 5");
});

test("the example of Channel Access serves, reads, writes and watches its PVs", async () => {
  const program = start("channelAccess", ["own:"], await loopbackEnvironment());
  assert.ok(program.stdout);
  const lines: string[] = [];
  for await (const text of createInterface({ input: program.stdout })) {
    lines.push(text);
    if (/^image .*1, 2, 3/.test(text)) break;
  }
  assert.match(lines.splice(3, 1).join(), /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(
    lines.slice(0, 5).map((line) => line.replace(/127\.0\.0\.1:\d+/, "<server>")),
    [
      "value 0 mm",
      "as text      0.000",
      "refused ECA_PUTFAIL own:Position: Channel write request failed (ECA_PUTFAIL, <server>)",
      "own:Lost: User specified timeout on IO operation expired: not connected (ECA_TIMEOUT)",
      "event 13.5 true",
    ],
  );
  await end(program);
});

test("the listings of the pages are the examples", () => {
  const pages = ["docs/typescript-api.md", "docs/channel-access.md", "docs/capture-trigger.md"]
    .map((page) => readFileSync(join(repositoryRoot, page), "utf8"))
    .join("\n");
  const listings = [...pages.matchAll(/`(examples\/[\w.]+)`:\n\n```\w+\n([\s\S]*?)```/g)];
  assert.equal(listings.length, 7);
  for (const [, path = "", text] of listings)
    assert.equal(text, readFileSync(join(repositoryRoot, path), "utf8"), path);
});

test("the example of a trigger tells how much darker the lower half of an image is", () => {
  const data = Float32Array.of(9, 7, 3, 1);
  assert.equal(waterLevel({ data, width: 2, height: 2, uniqueId: 1 }), 6);
});
