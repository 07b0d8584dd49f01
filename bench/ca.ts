// Our Channel Access server beside EPICS Base's, with Base's own client: node dist/bench/ca.js [records] [rounds] [repetitions]
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot, sharedDirectory } from "../test/support/paths.js";
import { interopPython } from "../test/support/python.js";

type Rates = Readonly<Record<string, number>>;

const REFERENCE = `
import sys
from softioc import softioc, asyncio_dispatcher
softioc.dbLoadDatabase(sys.argv[1], None, None)
softioc.iocInit(asyncio_dispatcher.AsyncioDispatcher())
print("running", flush=True)
sys.stdin.read()
`;

const [records = 1000, rounds = 100, repetitions = 5] = process.argv.slice(2).map(Number);

/** Only the loopback interface, only this port. */
const environmentOf = (port: number): NodeJS.ProcessEnv => ({
  ...process.env,
  EPICS_CA_ADDR_LIST: "127.0.0.1",
  EPICS_CA_AUTO_ADDR_LIST: "NO",
  EPICS_CA_SERVER_PORT: String(port),
  EPICS_CAS_INTF_ADDR_LIST: "127.0.0.1",
  EPICS_CAS_AUTO_BEACON_ADDR_LIST: "NO",
});

function start(command: string, args: readonly string[], port: number): Promise<ChildProcess> {
  const child = spawn(command, args, { env: environmentOf(port), stdio: ["pipe", "pipe", "ignore"] });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${command} ended with ${code}`)));
    child.stdout.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("running")) resolve(child);
    });
  });
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function main(python: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "ca-bench-"));
  const client = join(directory, "ca_bench");
  const database = join(directory, "bench.db");
  execFileSync("gcc", ["-O2", "-o", client, join(sharedDirectory, "tools", "ca_bench.c"), "-ldl"]);
  writeFileSync(
    database,
    Array.from({ length: records }, (_, index) => `record(ao, "B${index}") { }\n`).join(""),
  );
  const library = execFileSync(python, [
    "-c",
    "import epicscorelibs.path as p; print(p.get_lib('ca'))",
  ]).toString();
  const port = 20_000 + (process.pid % 20_000);
  const serve = join(repositoryRoot, "dist", "bench", "caServe.js");
  const ours = await start(process.execPath, [serve, String(port), database], port);
  const reference = await start(python, ["-u", "-c", REFERENCE, database], port + 1);
  const measure = (serverPort: number): Rates => {
    const env = { ...environmentOf(serverPort), CA_LIB: library.trim() };
    const args = ["B", String(records), String(rounds)];
    return JSON.parse(execFileSync(client, args, { env, stdio: ["ignore", "pipe", "ignore"] }).toString());
  };
  measure(port);
  const pairs = Array.from({ length: repetitions }, () => ({
    ours: measure(port),
    reference: measure(port + 1),
  }));
  const kinds = Object.keys(pairs[0]?.ours ?? {}).filter((kind) => kind !== "events_lost");
  console.table(
    Object.fromEntries(
      kinds.map((kind) => [
        kind,
        {
          "ours per second": Math.round(median(pairs.map((pair) => pair.ours[kind] ?? 0))),
          "EPICS Base per second": Math.round(median(pairs.map((pair) => pair.reference[kind] ?? 0))),
          ratio: median(pairs.map((pair) => (pair.ours[kind] ?? 0) / (pair.reference[kind] ?? 1))).toFixed(2),
        },
      ]),
    ),
  );
  const lost = pairs.reduce((total, pair) => total + (pair.ours["events_lost"] ?? 0), 0);
  console.log(`events lost by ours: ${lost}`);
  ours.kill("SIGKILL");
  reference.kill("SIGKILL");
  rmSync(directory, { recursive: true });
}

if (interopPython === undefined) console.error("no Python with the reference IOC: run npm test once");
else await main(interopPython);
process.exit();
