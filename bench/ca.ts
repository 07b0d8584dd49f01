// Our Channel Access server beside EPICS Base's, with Base's own client: node dist/bench/ca.js [records] [rounds] [repetitions]
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot, sharedDirectory } from "../test/support/paths.js";
import { interopPython } from "../test/support/python.js";
import { compile, libcaOf, printRatios, type Rates, REFERENCE, ratesOf, start } from "./caSupport.js";

const [records = 1000, rounds = 100, repetitions = 5] = process.argv.slice(2).map(Number);

async function main(python: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "ca-bench-"));
  const client = join(directory, "ca_bench");
  const database = join(directory, "bench.db");
  compile(join(sharedDirectory, "tools", "ca_bench.c"), client);
  writeFileSync(
    database,
    Array.from({ length: records }, (_, index) => `record(ao, "B${index}") { }\n`).join(""),
  );
  const library = libcaOf(python);
  const port = 20_000 + (process.pid % 10_000);
  const serve = join(repositoryRoot, "dist", "bench", "caServe.js");
  const ours = await start(process.execPath, [serve, String(port), database], port);
  const reference = await start(python, ["-u", "-c", REFERENCE, database], port + 1);
  const measure = (serverPort: number): Rates =>
    ratesOf(client, ["B", String(records), String(rounds)], serverPort, { CA_LIB: library });
  measure(port);
  const pairs = Array.from({ length: repetitions }, () => ({
    ours: measure(port),
    reference: measure(port + 1),
  }));
  printRatios(pairs, "ours", "EPICS Base");
  const lost = pairs.reduce((total, pair) => total + (pair.ours["events_lost"] ?? 0), 0);
  console.log(`events lost by ours: ${lost}`);
  ours.kill("SIGKILL");
  reference.kill("SIGKILL");
  rmSync(directory, { recursive: true });
}

if (interopPython === undefined) console.error("no Python with the reference IOC: run npm test once");
else await main(interopPython);
process.exit();
