// The record engine beside EPICS Base's: node dist/bench/records.js [sizes, as 1000,10000,100000] [repetitions]
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { EventMask } from "../src/channel/eventMask.js";
import { loadDatabaseFile } from "../src/database/index.js";
import { RecordEngine } from "../src/records/index.js";
import { repositoryRoot } from "../test/support/paths.js";
import { interopPython } from "../test/support/python.js";

const [sizeList = "1000,10000,100000", repetitions = "5"] = process.argv.slice(2);
const sizes = sizeList.split(",").map(Number);

const CHAIN = 10_000;
const PASSES = 300;
const SETTLE_MS = 1000;

/** Base's record engine and RSRV with nothing around them but the interpreter that starts them. */
const REFERENCE_IOC = `
import sys
from epicscorelibs.ioc import start_ioc
start_ioc(sys.argv[1])
sys.stdin.read()
`;

/** Processes a chain as a scan thread does, and prints records per second of the best pass. */
const REFERENCE_CHAIN = `
import ctypes, sys, time
from epicscorelibs.ioc import dbCore, start_ioc
start_ioc(sys.argv[1])
class Address(ctypes.Structure):
    _fields_ = [("record", ctypes.c_void_p), ("rest", ctypes.c_char * 128)]
address = Address()
dbCore.dbNameToAddr(b"C0", ctypes.byref(address))
count, passes = int(sys.argv[2]), int(sys.argv[3])
record = ctypes.c_void_p(address.record)
best = 1e9
for _ in range(passes):
    begin = time.perf_counter()
    dbCore.dbScanLock(record)
    dbCore.dbProcess(record)
    dbCore.dbScanUnlock(record)
    best = min(best, time.perf_counter() - begin)
print(count / best)
`;

/** Ten records of the kinds that databases are made of, with the fields and links that they usually have. */
const group = (n: number): string => `
record(ai, "B${n}:ai") { field(DESC, "Analog input ${n}") field(EGU, "mm") field(PREC, "3") field(HIHI, "90") field(HHSV, "MAJOR") field(FLNK, "B${n}:calc") }
record(ao, "B${n}:ao") { field(DESC, "Analog output ${n}") field(EGU, "mm") field(PREC, "3") field(DRVH, "100") field(OUT, "B${n}:ai PP") }
record(bi, "B${n}:bi") { field(ZNAM, "Closed") field(ONAM, "Open") field(OSV, "MINOR") }
record(bo, "B${n}:bo") { field(ZNAM, "Close") field(ONAM, "Open") field(OUT, "B${n}:bi PP") }
record(calc, "B${n}:calc") { field(CALC, "A*2+B") field(INPA, "B${n}:ai NPP MS") field(INPB, "${n}") field(EGU, "deg") }
record(longin, "B${n}:longin") { field(EGU, "counts") field(HOPR, "1000") }
record(longout, "B${n}:longout") { field(VAL, "${n}") field(OUT, "B${n}:longin PP") }
record(mbbo, "B${n}:mbbo") { field(ZRST, "Off") field(ONST, "Slow") field(TWST, "Fast") field(ZRVL, "0") field(ONVL, "1") field(TWVL, "2") }
record(stringout, "B${n}:stringout") { field(DESC, "Name ${n}") field(VAL, "sample ${n}") }
record(waveform, "B${n}:waveform") { field(FTVL, "DOUBLE") field(NELM, "16") }
`;

const mixed = (size: number): string => Array.from({ length: size / 10 }, (_, n) => group(n)).join("");

const chain = Array.from({ length: CHAIN }, (_, n) => {
  const input = n === 0 ? "C0" : `C${n - 1}`;
  const forward = n + 1 < CHAIN ? `field(FLNK, "C${n + 1}")` : "";
  return `record(calc, "C${n}") { field(CALC, "A+0.5") field(INPA, "${input}") ${forward} }\n`;
}).join("");

const environmentOf = (port: number): NodeJS.ProcessEnv => ({
  ...process.env,
  EPICS_CA_SERVER_PORT: String(port),
  EPICS_CAS_INTF_ADDR_LIST: "127.0.0.1",
  EPICS_CAS_AUTO_BEACON_ADDR_LIST: "NO",
  EPICS_CAS_BEACON_ADDR_LIST: "127.0.0.1",
  EPICS_PVAS_INTF_ADDR_LIST: "127.0.0.1",
  EPICS_PVAS_AUTO_BEACON_ADDR_LIST: "NO",
  EPICS_PVAS_SERVER_PORT: "0",
});

const CREATE_CHAN = 18;

/** VERSION and CREATE_CHAN of Channel Access, as a client sends them on a new circuit. */
function channelRequest(name: string): Buffer {
  const padded = (name.length + 8) & ~7;
  const message = Buffer.alloc(32 + padded);
  message.writeUInt16BE(13, 6);
  message.writeUInt16BE(CREATE_CHAN, 16);
  message.writeUInt16BE(padded, 18);
  message.writeUInt32BE(1, 24);
  message.writeUInt32BE(13, 28);
  message.write(name, 32);
  return message;
}

/** Whether a channel was created on a connection that the server accepted; false where nobody listens yet. */
function createChannel(port: number, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(channelRequest(name)));
    socket.on("error", () => resolve(false));
    socket.on("data", (data) => {
      for (let at = 0; at + 16 <= data.length; at += 16 + data.readUInt16BE(at + 2)) {
        if (data.readUInt16BE(at) !== CREATE_CHAN) continue;
        socket.destroy();
        resolve(true);
      }
    });
  });
}

interface Boot {
  readonly milliseconds: number;
  readonly megabytes: number;
}

const residentMegabytes = (child: ChildProcess): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1024;

/** From the start of the process to the first channel on it; its memory once it has settled. */
async function boot(command: string, args: readonly string[], port: number, name: string): Promise<Boot> {
  const begin = performance.now();
  const child = spawn(command, args, { env: environmentOf(port), stdio: ["pipe", "ignore", "ignore"] });
  while (!(await createChannel(port, name))) await delay(1);
  const milliseconds = performance.now() - begin;
  await delay(SETTLE_MS);
  const megabytes = residentMegabytes(child);
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
  return { milliseconds, megabytes };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const medianOf = (boots: readonly Boot[], of: keyof Boot): number => median(boots.map((each) => each[of]));

interface Row {
  readonly ours: string;
  readonly "EPICS Base": string;
  readonly "ours / Base": string;
}

const row = (ours: number, base: number, format: (value: number) => string): Row => ({
  ours: format(ours),
  "EPICS Base": format(base),
  "ours / Base": (ours / base).toFixed(2),
});

function timeOf(command: string, args: readonly string[]): number {
  const times = Array.from({ length: Number(repetitions) }, () => {
    const begin = performance.now();
    execFileSync(command, args, { stdio: "ignore" });
    return performance.now() - begin;
  });
  return median(times);
}

function referenceChainRate(python: string, database: string): number {
  const args = ["-c", REFERENCE_CHAIN, database, String(CHAIN), String(PASSES)];
  const printed = execFileSync(python, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return Number(printed.trimEnd().split("\n").at(-1));
}

/** Records per second of the best of many passes through the chain; a pass ends when the last record has its new value. */
async function ourChainRate(database: string): Promise<number> {
  const engine = new RecordEngine();
  engine.load(loadDatabaseFile(database, {}, { catalog: engine.catalog }).definition);
  engine.iocInit();
  const last = engine.open(`C${CHAIN - 1}`);
  if (last === undefined) throw new Error(`no chain in ${database}`);
  let finished: () => void = () => {};
  last.subscribe(EventMask.VALUE, () => finished());
  let best = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < PASSES; pass++) {
    const done = new Promise<void>((resolve) => {
      finished = resolve;
    });
    const begin = performance.now();
    engine.put("C0.PROC", 1);
    await done;
    best = Math.min(best, performance.now() - begin);
  }
  const { value } = last.read();
  if (value !== (CHAIN + PASSES - 1) / 2) throw new Error(`the chain came to ${value}`);
  engine.stop();
  return (CHAIN / best) * 1000;
}

const megahertz = (value: number): string => `${(value / 1e6).toFixed(2)} M/s`;
const milliseconds = (value: number): string => `${value.toFixed(0)} ms`;
const megabytes = (value: number): string => `${value.toFixed(0)} MB`;

async function main(python: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "records-bench-"));
  const table: Record<string, Row> = {};
  let port = 20_000 + (process.pid % 20_000);
  const softIoc = join(repositoryRoot, "bin", "softIoc");
  try {
    const chainFile = join(directory, "chain.db");
    writeFileSync(chainFile, chain);
    let ours = 0;
    let base = 0;
    for (let repetition = 0; repetition < Number(repetitions); repetition++) {
      base = Math.max(base, referenceChainRate(python, chainFile));
      ours = Math.max(ours, await ourChainRate(chainFile));
    }
    table[`calc records, chain of ${CHAIN}`] = row(ours, base, megahertz);
    table["start of the interpreter alone"] = row(
      timeOf(process.execPath, ["-e", "0"]),
      timeOf(python, ["-c", "import epicscorelibs.ioc"]),
      milliseconds,
    );
    for (const size of sizes) {
      const database = join(directory, `mixed${size}.db`);
      writeFileSync(database, mixed(size));
      const last = `B${size / 10 - 1}:waveform`;
      const ours: Boot[] = [];
      const reference: Boot[] = [];
      for (let repetition = 0; repetition < Number(repetitions); repetition++) {
        ours.push(await boot(softIoc, ["-S", "-d", database], port++, last));
        reference.push(await boot(python, ["-c", REFERENCE_IOC, database], port++, last));
      }
      for (const [what, of, format] of [
        ["boot", "milliseconds", milliseconds],
        ["memory", "megabytes", megabytes],
      ] as const)
        table[`${what}, ${size} records`] = row(medianOf(ours, of), medianOf(reference, of), format);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
  console.table(table);
}

if (interopPython === undefined) console.error("no Python with the reference IOC: run npm test once");
else await main(interopPython);
process.exit();
