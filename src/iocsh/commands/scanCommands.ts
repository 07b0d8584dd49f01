import type { DbRecord } from "../../records/dbRecord.js";
import { menuPriority, menuScan } from "../../records/menus.js";
import { eventKey } from "../../records/scan/scanner.js";
import { defineCommand, double, int, Rejection, string } from "../command.js";
import type { ShellEngine } from "../host.js";
import type { CommandContext } from "../shell.js";
import { instancesNamed } from "./recordNames.js";

type Print = CommandContext["print"];

function printRecords(names: readonly string[], print: Print): void {
  for (const name of names) print(`    ${name.padEnd(28)}`);
}

const priorities = [
  ["Low", menuPriority.LOW],
  ["Medium", menuPriority.MEDIUM],
  ["High", menuPriority.HIGH],
] as const;

function printByPriority(records: readonly DbRecord[], print: Print): void {
  for (const [title, priority] of priorities) {
    const those = records.filter(({ record }) => record.PRIO === priority);
    if (those.length === 0) continue;
    print(` Priority ${title}`);
    printRecords(
      those.map(({ name }) => name),
      print,
    );
  }
}

/** Records by a text that each may have, in the order in which iocInit meets them. */
function recordsBy(
  engine: ShellEngine,
  keyOf: (record: DbRecord) => string | undefined,
): ReadonlyMap<string, readonly DbRecord[]> {
  const groups = new Map<string, DbRecord[]>();
  for (const record of instancesNamed(engine)) {
    const key = keyOf(record);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  return groups;
}

/** One row of a queue report. */
const queueRow = (name: string, highWaterMark: number, length: number, size: number): string =>
  [
    name.padStart(8),
    String(highWaterMark).padStart(16),
    String(length).padStart(11),
    String(size).padStart(7),
    ((100 * length) / size).toFixed(1).padStart(7),
    "0".padStart(12),
  ].join(" ");

const queueTitle = "PRIORITY  HIGH-WATER MARK  ITEMS IN Q  Q SIZE  % USED  Q OVERFLOWS";

const queueReport = (name: string, system: string, rows: readonly string[], size: number) =>
  defineCommand({
    name,
    args: [int("reset")],
    help: "Show how many callbacks wait and the most that ever did; with 1 that mark starts anew.",
    run([reset], { host, print, warn }) {
      if (!host.initialised)
        return warn(`${system} system not initialized, yet. Please run iocInit before using this command.`);
      // One queue of this process serves every priority and the records that are processed once.
      const { callbacks } = host.engine;
      print(queueTitle);
      for (const row of rows) print(queueRow(row, callbacks.highWaterMark, callbacks.length, size));
      if (reset !== 0) callbacks.resetHighWaterMark();
    },
  });

/** Commands that report and cause scanning. */
export const scanCommands = [
  defineCommand({
    name: "postEvent",
    args: [string("event name")],
    help: "Process the records that wait for an event.",
    run([event = ""], { host }) {
      host.engine.postEvent(/^\d+$/.test(event) ? Number(event) : event);
    },
  }),
  defineCommand({
    name: "scanppl",
    args: [double("rate")],
    help: "List the records of each scan period, in seconds, or of one.",
    run([rate], { host, print }) {
      if (!host.initialised) throw new Rejection("scanppl: dbScan subsystem not initialized");
      for (const [index, scan] of host.engine.definitions.choicesOf(menuScan).entries()) {
        const period = Number.parseFloat(scan);
        const records = scan.endsWith(" second") ? host.engine.scanner.periodic(index) : [];
        if (records.length === 0 || (rate > 0 && Math.abs(period - rate) > 0.05)) continue;
        print(`Records with SCAN = '${scan}' (0 over-runs):`);
        printRecords(
          records.map(({ name }) => name),
          print,
        );
      }
    },
  }),
  defineCommand({
    name: "scanpel",
    args: [string("event name")],
    help: "List the records that wait for events, or for one.",
    run([event = ""], { host, print }) {
      if (!host.initialised) return;
      const events = recordsBy(host.engine, ({ record }) =>
        record.SCAN === menuScan.Event ? eventKey(record.EVNT) : undefined,
      );
      for (const [name, records] of [...events].reverse()) {
        if (event !== "" && event !== name) continue;
        print(`Event "${name}"`);
        printByPriority(records, print);
      }
    },
  }),
  defineCommand({
    name: "scanpiol",
    args: [],
    help: "List the records that their device processes (I/O Intr), by device support.",
    run(_, { host, print }) {
      if (!host.initialised) return;
      const devices = recordsBy(host.engine, ({ record, device, deviceChoices }) =>
        record.SCAN === menuScan.IoIntr && device !== undefined ? deviceChoices[record.DTYP] : undefined,
      );
      for (const [device, records] of devices) {
        print(`IO Event: ${device}`);
        printByPriority(records, print);
      }
    },
  }),
  queueReport("callbackQueueShow", "Callback", ["cbLow", "cbMedium", "cbHigh"], 2000),
  queueReport("scanOnceQueueShow", "scanOnce", ["scanOnce"], 1000),
];
