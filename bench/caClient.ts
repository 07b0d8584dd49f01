// Our Channel Access client beside libca, with EPICS Base's own IOC: node dist/bench/caClient.js [records] [rounds] [repetitions]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../test/support/paths.js";
import { interopPython } from "../test/support/python.js";
import { libcaLoad, printRatios, type Rates, REFERENCE, ratesOf, start, writeDatabase } from "./caSupport.js";

const [records = 1000, rounds = 100, repetitions = 5] = process.argv.slice(2).map(Number);
const sizes = { records, rounds, putCallbacks: 2000, gets: 20 };

async function main(python: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "ca-bench-"));
  const libca = libcaLoad(python, directory, sizes);
  const port = 20_000 + (process.pid % 10_000);
  const server = await start(python, ["-u", "-c", REFERENCE, writeDatabase(directory, records)], port);
  const load = join(repositoryRoot, "dist", "bench", "caLoad.js");
  const ours = (): Rates => ratesOf(process.execPath, [load, ...Object.values(sizes).map(String)], port);
  const pairs = Array.from({ length: repetitions }, () => {
    const [measured, reference] = [ours(), libca(port)];
    const { array_get = 0, array_mb = 0 } = reference;
    // libca has one way to get many values, and writes an array to where its user wants it.
    return {
      ours: measured,
      reference: { ...reference, array_get_promises: array_get, array_new_mb: array_mb },
    };
  });
  printRatios(pairs, "our client", "libca");
  server.kill("SIGKILL");
  rmSync(directory, { recursive: true });
}

if (interopPython === undefined) console.error("no Python with the reference IOC: run npm test once");
else await main(interopPython);
process.exit();
