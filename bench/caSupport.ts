import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { availableParallelism, platform } from "node:os";
import { basename, join } from "node:path";
import { repositoryRoot, sharedDirectory } from "../test/support/paths.js";

/** Operations per second by name. */
export type Rates = Readonly<Record<string, number>>;

/** EPICS Base's IOC with the records of the database that is its argument. */
export const REFERENCE = `
import sys
from softioc import softioc, asyncio_dispatcher
softioc.dbLoadDatabase(sys.argv[1], None, None)
softioc.iocInit(asyncio_dispatcher.AsyncioDispatcher())
print("running", flush=True)
sys.stdin.read()
`;

/** Only the loopback interface, only this port. */
export const environmentOf = (port: number): NodeJS.ProcessEnv => ({
  ...process.env,
  EPICS_CA_ADDR_LIST: "127.0.0.1",
  EPICS_CA_AUTO_ADDR_LIST: "NO",
  EPICS_CA_SERVER_PORT: String(port),
  EPICS_CAS_INTF_ADDR_LIST: "127.0.0.1",
  EPICS_CAS_AUTO_BEACON_ADDR_LIST: "NO",
});

type Role = "client" | "server";

/**
 * Servers have one processor and clients another: where they may share one, a run tells as much of where the system put a client that was
 * woken as of the servers.
 */
const PROCESSORS: Readonly<Record<Role, string>> = { client: "0", server: "1" };

const isPinned = platform() === "linux" && availableParallelism() > 1;

/** A command on the processor of its role. */
function onProcessor(role: Role, command: string, args: readonly string[]): [string, readonly string[]] {
  return isPinned ? ["taskset", ["-c", PROCESSORS[role], command, ...args]] : [command, args];
}

/** Starts a server and waits until it says that it runs. */
export function start(command: string, args: readonly string[], port: number): Promise<ChildProcess> {
  const child = spawn(...onProcessor("server", command, args), {
    env: environmentOf(port),
    stdio: ["pipe", "pipe", "ignore"],
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${command} ended with ${code}`)));
    child.stdout.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("running")) resolve(child);
    });
  });
}

/** Where `python` has EPICS Base's client library. */
const libcaOf = (python: string): string =>
  execFileSync(python, ["-c", "import epicscorelibs.path as p; print(p.get_lib('ca'))"]).toString().trim();

/** Compiles a client, and returns its path. */
export function compile(source: string, directory: string): string {
  const program = join(directory, basename(source, ".c"));
  execFileSync("gcc", ["-O2", "-o", program, source, "-ldl"]);
  return program;
}

const DOUBLES_IN_10_MB = 1_250_000;

/** Writes a database with so many `ao` records, and a waveform of 10 MB. */
export function writeDatabase(directory: string, records: number): string {
  const path = join(directory, "bench.db");
  const scalars = Array.from({ length: records }, (_, index) => `record(ao, "B${index}") { }\n`);
  const wave = `record(waveform, "WAVE") { field(FTVL, "DOUBLE") field(NELM, "${DOUBLES_IN_10_MB}") }\n`;
  writeFileSync(path, [wave, ...scalars].join(""));
  return path;
}

export interface LoadSizes {
  readonly records: number;
  readonly rounds: number;
  readonly putCallbacks: number;
  readonly gets: number;
}

/** What libca measures of the server on a port. */
export function libcaLoad(python: string, directory: string, sizes: LoadSizes): (port: number) => Rates {
  const { records, rounds, putCallbacks, gets } = sizes;
  const many = compile(join(sharedDirectory, "tools", "ca_bench.c"), directory);
  const more = compile(join(repositoryRoot, "bench", "caLoad.c"), directory);
  const library = { CA_LIB: libcaOf(python) };
  return (port) => ({
    ...ratesOf(many, ["B", String(records), String(rounds)], port, library),
    ...ratesOf(more, [String(putCallbacks), String(gets)], port, library),
  });
}

/** Runs a client against the server on `port`; it prints its rates as JSON. */
export function ratesOf(
  command: string,
  args: readonly string[],
  port: number,
  environment: NodeJS.ProcessEnv = {},
): Rates {
  const env = { ...environmentOf(port), ...environment };
  const printed = execFileSync(...onProcessor("client", command, args), {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(printed.toString());
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Prints the medians of runs made in turn, and of their ratios. */
export function printRatios(
  pairs: readonly { readonly ours: Rates; readonly reference: Rates }[],
  ours: string,
  reference: string,
): void {
  const kinds = Object.keys(pairs[0]?.ours ?? {}).filter((kind) => kind !== "events_lost");
  console.table(
    Object.fromEntries(
      kinds.map((kind) => [
        kind,
        {
          [`${ours} per second`]: Math.round(median(pairs.map((pair) => pair.ours[kind] ?? 0))),
          [`${reference} per second`]: Math.round(median(pairs.map((pair) => pair.reference[kind] ?? 0))),
          ratio: median(pairs.map((pair) => (pair.ours[kind] ?? 0) / (pair.reference[kind] ?? 1))).toFixed(2),
        },
      ]),
    ),
  );
}
