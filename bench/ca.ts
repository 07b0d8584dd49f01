// Our Channel Access server beside EPICS Base's, with Base's own client: node dist/bench/ca.js [records] [rounds] [repetitions] [clients]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { repositoryRoot } from "../test/support/paths.js";
import { interopPython } from "../test/support/python.js";
import {
  compile,
  libcaLoad,
  printRatios,
  type Rates,
  REFERENCE,
  ratesOf,
  start,
  writeDatabase,
} from "./caSupport.js";

const [records = 1000, rounds = 100, repetitions = 5, clients = 1000] = process.argv.slice(2).map(Number);
const ROUNDS_OF_ALL_CLIENTS = 10;
/** Our server meets its first clients with code that is not compiled yet. */
const WARMING_TURNS = 6;
const SETTLE_MILLISECONDS = 500;

async function main(python: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "ca-bench-"));
  const database = writeDatabase(directory, records);
  const libca = libcaLoad(python, directory, { records, rounds, putCallbacks: 2000, gets: 10 });
  const crowd = compile(join(repositoryRoot, "bench", "caCrowd.c"), directory);
  const port = 20_000 + (process.pid % 10_000);
  const serve = join(repositoryRoot, "dist", "bench", "caServe.js");
  const ours = await start(process.execPath, [serve, String(port), database], port);
  const reference = await start(python, ["-u", "-c", REFERENCE, database], port + 1);
  const allClients = (serverPort: number): Rates =>
    ratesOf(crowd, [String(clients), String(ROUNDS_OF_ALL_CLIENTS)], serverPort);
  const inTurns = async (measure: (serverPort: number) => Rates) => {
    for (let turn = 0; turn < WARMING_TURNS; turn++) measure(port);
    const pairs: { ours: Rates; reference: Rates }[] = [];
    for (let turn = 0; turn < repetitions; turn++) {
      pairs.push({ ours: measure(port), reference: measure(port + 1) });
      // A server of EPICS Base still ends the threads of its clients.
      await setTimeout(SETTLE_MILLISECONDS);
    }
    printRatios(pairs, "ours", "EPICS Base");
    return pairs;
  };
  const pairs = await inTurns(libca);
  const lost = pairs.reduce((total, pair) => total + (pair.ours["events_lost"] ?? 0), 0);
  console.log(`events lost by ours: ${lost}; ${clients} clients at once:`);
  await inTurns(allClients);
  ours.kill("SIGKILL");
  reference.kill("SIGKILL");
  rmSync(directory, { recursive: true });
}

if (interopPython === undefined) console.error("no Python with the reference IOC: run npm test once");
else await main(interopPython);
process.exit();
