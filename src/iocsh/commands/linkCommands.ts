import { EventMask } from "../../channel/eventMask.js";
import type { DbRecord } from "../../records/dbRecord.js";
import { reportJsonLink } from "../../records/links/json/report.js";
import { splitPvName } from "../autosave/pvFields.js";
import { defineCommand, int, pdbbase, recordName, string } from "../command.js";
import type { CommandContext } from "../shell.js";
import { databaseText } from "./fieldReport.js";
import { databaseLinks, type LockSet, lockSets } from "./lockSets.js";
import { instancesNamed, isAll } from "./recordNames.js";

interface RemoteLink {
  readonly record: string;
  readonly field: string;
  readonly target: string;
  readonly connected: boolean;
}

/** The links of a record that go through Channel Access. */
function remoteLinks(record: DbRecord): readonly RemoteLink[] {
  return record.type.linkNames.flatMap((field) => {
    const state = record.linkState(field);
    if (state !== "connected" && state !== "disconnected") return [];
    const { parsed } = record.linkOf(field);
    if (parsed.kind !== "pv") return [];
    return [{ record: record.name, field, target: parsed.target, connected: state === "connected" }];
  });
}

function remoteLinkText({ record, field, target, connected }: RemoteLink): string {
  const arrow = connected ? "==>" : "-->";
  return `${record.padStart(28)}.${field.padEnd(4)} ${arrow} ${target.padEnd(28)}  (0, 0)`;
}

const busOf = (address: string): string => (address.startsWith("@") ? "INST" : "");

/** What is bound to hardware: bus, address, device support, record, conversion. */
function printDeviceConfiguration({ host: { engine }, print }: CommandContext): void {
  for (const record of instancesNamed(engine)) {
    const field = record.type.linkNames.find((each) => busOf(record.linkOf(each).text) !== "");
    if (field === undefined) continue;
    const address = record.linkOf(field).text;
    const isLinear = record.type.fields["LINR"] !== undefined && databaseText(engine, record.name, "LINR");
    const range = ["EGUL", "EGUF"].map((each) => databaseText(engine, record.name, each)).join(",");
    const columns = [address, databaseText(engine, record.name, "DTYP"), record.name];
    const shown = columns.map((column) => column.padEnd(20)).join(" ");
    print(`${busOf(address).padEnd(8)} ${shown} ${isLinear === "LINEAR" ? `cvt(${range})` : ""}`);
  }
}

function printLockSet(context: CommandContext, { id, records }: LockSet, level: number): void {
  const { print, host } = context;
  print(`Lock Set ${id} ${records.length} members ${records.length} refs`);
  if (level < 1) return;
  for (const record of records) {
    print(record.name);
    if (level < 2) continue;
    for (const { field, target } of databaseLinks(host.engine, record)) {
      const { parsed, direction } = record.linkOf(field);
      if (parsed.kind !== "pv") continue;
      const processes = parsed.process && direction !== "FWDLINK" ? " PP" : "NPP";
      print(`\t${field}\t${direction.padStart(7)} ${processes} ${parsed.severity} ${target.name}`);
    }
  }
}

const maskNames = Object.entries(EventMask);

const maskText = (mask: number): string =>
  maskNames.map(([name, bit]) => ((mask & bit) === 0 ? "" : `${name} `)).join("");

/** Commands that report links, lock sets and who listens. */
export const linkCommands = [
  defineCommand({
    name: "dbcar",
    args: [recordName("record name"), int("level")],
    help: "Report the Channel Access links of a record, or of all: 0 counts, 1 lists those without connection, 2 all.",
    run([name, level], { host: { engine }, print }) {
      const all = isAll(name);
      const links = instancesNamed(engine, name).flatMap(remoteLinks);
      print(all ? "CA links in all records\n" : `CA links in record named '${name}'\n`);
      const shown = links.filter(({ connected }) => level > (connected ? 1 : 0));
      for (const link of shown) print(remoteLinkText(link));
      if (shown.length > 0) print("");
      const connected = links.filter((link) => link.connected).length;
      const plural = links.length === 1 ? "" : "s";
      const missing = links.length - connected;
      print(`Total ${links.length} CA link${plural}; ${connected} connected, ${missing} not connected.`);
      print("    0 can't read, 0 can't write.  (0 disconnects, 0 writes prohibited)\n");
    },
  }),
  defineCommand({
    name: "dbhcr",
    args: [],
    help: "List the records that are bound to hardware: address, device support, record.",
    run: (_, context) => printDeviceConfiguration(context),
  }),
  defineCommand({
    name: "dbReportDeviceConfig",
    args: [pdbbase()],
    help: "The same list as dbhcr.",
    run: (_, context) => printDeviceConfiguration(context),
  }),
  defineCommand({
    name: "dblsr",
    args: [recordName("record name"), int("interest level")],
    help: "List the sets of records that database links tie together: 1 with their records, 2 with their links too.",
    run([name, level], context) {
      const { engine } = context.host;
      if (!isAll(name) && engine.instance(name ?? "") === undefined) return context.print("Record not found");
      if (!context.host.initialised) return;
      const wanted = isAll(name) ? undefined : engine.instance(name ?? "");
      for (const set of lockSets(engine))
        if (wanted === undefined || set.records.includes(wanted)) printLockSet(context, set, level);
    },
  }),
  defineCommand({
    name: "dbjlr",
    args: [recordName("record name"), int("level")],
    help: "List the JSON links of a record, or of all.",
    run([name, level], { host: { engine }, print }) {
      print(isAll(name) ? "JSON links in all records\n" : `JSON links in record '${name}'\n`);
      for (const record of instancesNamed(engine, name)) {
        print(`  ${record.recordType} record '${record.name}':`);
        for (const field of record.type.linkNames) {
          const { parsed, target } = record.linkOf(field);
          if (parsed.kind !== "json") continue;
          print(`    Link field '${field}':`);
          for (const line of reportJsonLink(parsed.link, target, level)) print(`      ${line}`);
        }
      }
    },
  }),
  defineCommand({
    name: "dbel",
    args: [recordName("record name"), int("level")],
    help: "List who listens to the fields of a record: 0 counts, 1 with field and mask.",
    run([name, level], { host: { engine }, print, error }) {
      if (name === undefined) return;
      if (!engine.has(name)) return error(`dbel: PV '${name}' not found`);
      const subscriptions = [...(engine.instance(splitPvName(name).record)?.subscriptions() ?? [])];
      if (subscriptions.length === 0) return print(`"${name}": No PV event subscriptions ( monitors ).`);
      print(`${subscriptions.length} PV Event Subscriptions ( monitors ).`);
      if (level < 1) return;
      for (const { field, mask } of subscriptions)
        print(`${field.slice(0, 4).padStart(4)} { ${maskText(mask)}}`);
    },
  }),
  defineCommand({
    name: "dbior",
    args: [string("driver name"), int("interest level")],
    help: "Report on the driver supports; asynReport has the ports of this IOC.",
    run: () => undefined,
  }),
];
