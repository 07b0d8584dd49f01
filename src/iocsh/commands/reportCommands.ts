import { defineCommand, int, recordName, string } from "../command.js";
import type { ShellEngine } from "../host.js";
import type { CommandContext } from "../shell.js";

type Print = CommandContext["print"];

/** Records that `field` says a text of, by that text. */
function recordsBy(
  engine: ShellEngine,
  keyOf: (record: string) => string | undefined,
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const record of engine.recordNames()) {
    const key = keyOf(record);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  return groups;
}

function printRecords(names: readonly string[], print: Print): void {
  for (const name of names) print(`    ${name.padEnd(28)}`);
}

const scanOf = (engine: ShellEngine, record: string): string => engine.getString(`${record}.SCAN`);

const inPriorityOrder = ["HIGH", "MEDIUM", "LOW"] as const;
const priorityTitle = { HIGH: "High", MEDIUM: "Medium", LOW: "Low" } as const;

function printByPriority(engine: ShellEngine, names: readonly string[], print: Print): void {
  for (const priority of inPriorityOrder) {
    const those = names.filter((name) => engine.getString(`${name}.PRIO`) === priority);
    if (those.length === 0) continue;
    print(` Priority ${priorityTitle[priority]}`);
    printRecords(those, print);
  }
}

/** The link fields of a record. */
const linkFields = (engine: ShellEngine, record: string): readonly string[] =>
  Object.entries(engine.recordTypes.get(engine.record(record)?.recordType ?? "")?.fields ?? {})
    .filter(([, { dbf }]) => dbf.endsWith("LINK"))
    .map(([field]) => field);

interface RemoteLink {
  readonly record: string;
  readonly field: string;
  readonly to: string;
  readonly connected: boolean;
}

/** The links of a record that go through Channel Access. */
function remoteLinks(engine: ShellEngine, record: string): readonly RemoteLink[] {
  const instance = engine.instance(record);
  return linkFields(engine, record).flatMap((field) => {
    const state = instance?.linkState(field);
    if (state !== "connected" && state !== "disconnected") return [];
    const [to = ""] = engine.getString(`${record}.${field}`).split(/\s/);
    return [{ record, field, to, connected: state === "connected" }];
  });
}

export const reportCommands = [
  defineCommand({
    name: "dbcar",
    args: [recordName("record name"), int("level")],
    help: "Report the Channel Access links of a record, or of all: 0 counts, 1 lists those without connection, 2 all.",
    run([name, level], { host: { engine }, print }) {
      const all = name === undefined || name === "" || name === "*";
      const records = all ? [...engine.recordNames()] : [name];
      const links = records.flatMap((record) => remoteLinks(engine, record));
      print(all ? "CA links in all records\n" : `CA links in record named '${name}'\n`);
      const shown = links.filter(({ connected }) => level > (connected ? 1 : 0));
      for (const { record, field, to, connected } of shown) {
        print(`${record.padStart(28)}.${field.padEnd(4)} ${connected ? "==>" : "-->"} ${to}`);
      }
      if (shown.length > 0) print("");
      const connected = links.filter((link) => link.connected).length;
      const plural = links.length === 1 ? "" : "s";
      const missing = links.length - connected;
      print(`Total ${links.length} CA link${plural}; ${connected} connected, ${missing} not connected.`);
    },
  }),
  defineCommand({
    name: "dbhcr",
    args: [],
    help: "List the records that are bound to hardware: address, device support, record.",
    run(_, { host: { engine }, print }) {
      for (const record of engine.recordNames()) {
        for (const field of linkFields(engine, record)) {
          const address = engine.getString(`${record}.${field}`);
          if (!address.startsWith("@")) continue;
          const device = engine.getString(`${record}.DTYP`);
          print(`INST     ${address.padEnd(20)} ${device.padEnd(20)} ${record.padEnd(20)}`);
        }
      }
    },
  }),
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
    args: [string("rate")],
    help: "List the records of each scan period, in seconds, or of one.",
    run([rate], { host: { engine }, print }) {
      const wanted = Number(rate ?? 0);
      const scans = recordsBy(engine, (record) => {
        const scan = scanOf(engine, record);
        return scan.endsWith("second") ? scan : undefined;
      });
      for (const [scan, names] of scans) {
        if (wanted > 0 && Number.parseFloat(scan) !== wanted) continue;
        print(`Records with SCAN = '${scan}' (0 over-runs):`);
        printRecords(names, print);
      }
    },
  }),
  defineCommand({
    name: "scanpel",
    args: [string("event name")],
    help: "List the records that wait for events, or for one.",
    run([event], { host: { engine }, print }) {
      const events = recordsBy(engine, (record) =>
        scanOf(engine, record) === "Event" ? engine.getString(`${record}.EVNT`) : undefined,
      );
      for (const [name, records] of [...events].sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (event !== undefined && event !== "" && event !== name) continue;
        print(`Event "${name}"`);
        printByPriority(engine, records, print);
      }
    },
  }),
  defineCommand({
    name: "scanpiol",
    args: [],
    help: "List the records that their device processes (I/O Intr), by device support.",
    run(_, { host: { engine }, print }) {
      const devices = recordsBy(engine, (record) =>
        scanOf(engine, record) === "I/O Intr" ? engine.getString(`${record}.DTYP`) : undefined,
      );
      for (const [device, records] of devices) {
        print(`IO Event: ${device}`);
        printByPriority(engine, records, print);
      }
    },
  }),
];
