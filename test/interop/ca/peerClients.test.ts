import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { before, describe, it } from "node:test";
import type { CaServer } from "../../../src/ca/index.js";
import { peerEnvironment, startServer } from "../../ca/support/loopback.js";
import { MemoryProvider, MemoryPv } from "../../ca/support/memoryProvider.js";
import { freePort } from "../../support/freePorts.js";
import { repositoryRoot } from "../../support/paths.js";
import { needsPython, spawnPython } from "../../support/python.js";
import { clientTest, PEER_CLIENTS, type PeerClient, ROWS, type Row } from "./support/matrix.js";

const PROGRAM = readFileSync(join(repositoryRoot, "test/interop/ca/support/peerClient.py"), "utf8");
const CHANNELS = 10_000;
const DOUBLES_IN_100_MB = 12_500_000;
const FLOOD = 100_000;
/** A quarter of a minute where nothing else runs. */
const LONGEST_MS = 180_000;

/** What peerClient.py answers when everything is right. */
const EXPECTED: Readonly<Record<Row, unknown>> = {
  get: [1.5, "hello", [1, 2, 3]],
  put: [2.25, [9, 8, 7]],
  "put-callback": [true, 1],
  monitor: ["hello", "a", "b", "c"],
  "string and enum conversion": ["1.500", "Open", 1, 2, 3.5],
  "100 MB array": [DOUBLES_IN_100_MB, 0, DOUBLES_IN_100_MB - 1],
  "access denied and changed": [[true, false], true, 7, 9],
  "flow control": [true, true],
  "1 000 channels": 1000,
  "10 000 channels": CHANNELS,
  "reconnect after a server restart": [true, 1, false, true, 2],
};

const large = new Float64Array(DOUBLES_IN_100_MB);
for (let index = 0; index < large.length; index++) large[index] = index;

function makePvs() {
  const pvs = {
    double: new MemoryPv("DOUBLE", 1.5),
    mm: new MemoryPv("DOUBLE", 1.5, { units: "mm", precision: 3 }),
    enum: new MemoryPv("ENUM", 1, { states: ["Closed", "Open", "Moving"] }),
    text: new MemoryPv("STRING", "hello"),
    word: new MemoryPv("STRING", "hello"),
    wave: new MemoryPv("SHORT", Int16Array.of(1, 2, 3), {}, 10),
    large: new MemoryPv("DOUBLE", large),
    locked: new MemoryPv("DOUBLE", 7),
    slow: new MemoryPv("DOUBLE", 0),
    flood: new MemoryPv("DOUBLE", 0),
    restarted: new MemoryPv("DOUBLE", 1),
  };
  pvs.locked.access = { read: true, write: false };
  pvs.slow.onWrite = () => new Promise((resolve) => setTimeout(resolve, 300));
  return pvs;
}

/** Runs the program of one client to its end and does on our side what it asks for. */
async function answersOf(client: PeerClient): Promise<Readonly<Record<string, unknown>>> {
  const pvs = makePvs();
  const many = Array.from({ length: CHANNELS }, (_, index): [string, MemoryPv] => [
    `pv${index}`,
    new MemoryPv("DOUBLE", index),
  ]);
  const provider = new MemoryProvider({ ...pvs, ...Object.fromEntries(many) });
  let server: CaServer = await startServer([provider]);
  const { udpPort } = server;
  const on: Readonly<Record<string, () => void | Promise<void>>> = {
    access: () => {
      pvs.locked.access = { read: true, write: true };
    },
    flood: () => {
      for (let value = 1; value <= FLOOD; value++) pvs.flood.post(value);
    },
    restart: async () => {
      await server.stop();
      pvs.restarted.post(2);
      server = await startServer([provider], { serverPort: udpPort });
    },
  };
  const environment = {
    ...peerEnvironment(udpPort),
    EPICS_CA_REPEATER_PORT: String(await freePort()),
    EPICS_CA_MAX_ARRAY_BYTES: "100000000",
  };
  const child = spawnPython(PROGRAM, environment, [client]);
  const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST_MS);
  const closed = once(child, "close");
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  let answers: Readonly<Record<string, unknown>> | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const [word = "", rest = ""] = line.split(/ (.*)/s);
    if (word === "ANSWERS") answers = JSON.parse(rest);
    if (word !== "NEED") continue;
    await on[rest]?.();
    child.stdin.write("done\n");
  }
  await closed;
  clearTimeout(timer);
  await server.stop();
  assert.ok(answers, errors || `${client} gave no answers in ${LONGEST_MS} ms`);
  return answers;
}

describe("clients of other makes and our server", {
  ...needsPython,
  concurrency: PEER_CLIENTS.length,
}, () => {
  for (const client of PEER_CLIENTS)
    describe(client, () => {
      let answers: Readonly<Record<string, unknown>> = {};
      before(async () => {
        answers = await answersOf(client);
      });

      for (const row of ROWS)
        it(clientTest(client, row), () => assert.deepEqual(answers[row], EXPECTED[row]));
    });
});
