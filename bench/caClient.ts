// Our Channel Access client beside libca, with EPICS Base's own IOC: node dist/bench/caClient.js [records] [rounds] [repetitions]
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot, sharedDirectory } from "../test/support/paths.js";
import { interopPython } from "../test/support/python.js";
import { compile, libcaOf, printRatios, type Rates, REFERENCE, ratesOf, start } from "./caSupport.js";

const [records = 1000, rounds = 100, repetitions = 5] = process.argv.slice(2).map(Number);
const PUT_CALLBACKS = 2000;
const GETS = 20;
const DOUBLES_IN_10_MB = 1_250_000;

async function main(python: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "ca-bench-"));
  const database = join(directory, "bench.db");
  const [many, more] = [join(directory, "ca_bench"), join(directory, "caLoad")];
  compile(join(sharedDirectory, "tools", "ca_bench.c"), many);
  compile(join(repositoryRoot, "bench", "caLoad.c"), more);
  writeFileSync(
    database,
    `record(waveform, "WAVE") { field(FTVL, "DOUBLE") field(NELM, "${DOUBLES_IN_10_MB}") }\n`.concat(
      ...Array.from({ length: records }, (_, index) => `record(ao, "B${index}") { }\n`),
    ),
  );
  const library = { CA_LIB: libcaOf(python) };
  const port = 20_000 + (process.pid % 10_000);
  const server = await start(python, ["-u", "-c", REFERENCE, database], port);
  const load = join(repositoryRoot, "dist", "bench", "caLoad.js");
  const sizes = [records, rounds, PUT_CALLBACKS, GETS].map(String);
  const ours = (): Rates => ratesOf(process.execPath, [load, ...sizes], port);
  const reference = (): Rates => ({
    ...ratesOf(many, ["B", String(records), String(rounds)], port, library),
    ...ratesOf(more, [String(PUT_CALLBACKS), String(GETS)], port, library),
  });
  const pairs = Array.from({ length: repetitions }, () => ({ ours: ours(), reference: reference() }));
  printRatios(pairs, "our client", "libca");
  server.kill("SIGKILL");
  rmSync(directory, { recursive: true });
}

if (interopPython === undefined) console.error("no Python with the reference IOC: run npm test once");
else await main(interopPython);
process.exit();
