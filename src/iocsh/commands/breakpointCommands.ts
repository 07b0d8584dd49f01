import type { DebuggedSet } from "../../records/breakpoints.js";
import type { DbRecord } from "../../records/dbRecord.js";
import { splitPvName } from "../autosave/pvFields.js";
import { defineCommand, int, Rejection, recordName } from "../command.js";
import type { ShellEngine } from "../host.js";
import type { CommandContext, Shell } from "../shell.js";
import { fieldReport } from "./fieldReport.js";
import { lockSets } from "./lockSets.js";

const prefix = "   BKPT> ";

/** Tells what happens at breakpoints on the shell's output, whatever command runs. */
function tell(shell: Shell, engine: ShellEngine): void {
  const { breakpoints } = engine;
  breakpoints.onStop = (stopped, entryPoint) =>
    shell.say(`\n${prefix}Stopped at:  ${stopped.name}  within Entrypoint:  ${entryPoint.name}\n-> `);
  breakpoints.onProcessed = ({ name }) => shell.say(`\n${fieldReport(engine, name, 2).join("\n")}\n-> `);
  breakpoints.onEnd = (id) => shell.say(`\n${prefix}End debug of lockset ${id}\n-> `);
}

/** The record that a command names; undefined, and the line failed, where there is none. */
function recordOf(
  { host, fail }: CommandContext,
  command: string,
  name: string | undefined,
): DbRecord | undefined {
  if (name === undefined) throw new Rejection(`Usage: ${command} "record_name"`);
  const record = host.engine.instance(splitPvName(name).record);
  if (record === undefined) fail();
  return record;
}

interface Stopped extends DebuggedSet {
  readonly stopped: DbRecord;
}

const hasStopped = (set: DebuggedSet | undefined): set is Stopped => set?.stopped !== undefined;

/** The set that is to go on: that of a record, or the one that stopped last. */
function stoppedSet(
  { host: { engine }, fail }: CommandContext,
  name: string | undefined,
): Stopped | undefined {
  const { breakpoints } = engine;
  if (name === undefined) {
    const set = breakpoints.sets().find(hasStopped);
    if (set === undefined) throw new Rejection(`${prefix}No records are currently stopped`);
    return set;
  }
  const record = engine.instance(splitPvName(name).record);
  if (record === undefined) {
    fail();
    return undefined;
  }
  const set = breakpoints.setOf(record);
  if (!hasStopped(set)) throw new Rejection(`${prefix}Currently not stopped in this lockset`);
  return set;
}

const goOn = (name: string, title: string, step: boolean, help: string) =>
  defineCommand({
    name,
    args: [recordName("record name")],
    help,
    run([record], context) {
      const set = stoppedSet(context, record);
      if (set === undefined) return;
      if (record === undefined) context.print(`${prefix}${title}${set.stopped.name}`);
      context.host.engine.breakpoints.proceed(set, step);
    },
  });

const count = (value: number): string => String(value).padStart(5, "0");

function printSet(set: DebuggedSet, { print, host }: CommandContext): void {
  const { breakpoints } = host.engine;
  const { stopped } = set;
  const where = stopped === undefined ? "" : `  Stopped at: ${stopped.name.padEnd(28)}`;
  print(`LSet: ${set.id}${where.padEnd(42)}  #B: ${count(set.breakpoints.length)}`);
  if (stopped !== undefined) {
    for (const { record, count: times, since } of set.entryPoints) {
      const seconds = ((performance.now() - since) / 1000).toFixed(1).padStart(7);
      print(`             Entrypoint: ${record.name.padEnd(28)}  #C: ${count(times)}  C/S: ${seconds}`);
    }
  }
  for (const record of set.breakpoints) {
    const printed = breakpoints.bits(record) > 1 ? " (ap)" : "";
    print(`             Breakpoint: ${record.name.padEnd(28)}${printed}`);
  }
}

/** Commands that stop the processing of records and go through it step by step. */
export const breakpointCommands = [
  defineCommand({
    name: "dbb",
    args: [recordName("record name")],
    help: "Set a breakpoint: the records of its lock set process until they reach it, and stop.",
    run([name], context) {
      const record = recordOf(context, "dbb", name);
      if (record === undefined) return;
      const { engine } = context.host;
      const { breakpoints } = engine;
      if ((breakpoints.bits(record) & 1) !== 0)
        throw new Rejection(`${prefix}Breakpoint already set in this record`);
      tell(context.shell, engine);
      const set = lockSets(engine).find(({ records }) => records.includes(record));
      breakpoints.add(record, set?.id ?? 0, set?.records ?? [record]);
    },
  }),
  defineCommand({
    name: "dbd",
    args: [recordName("record name")],
    help: "Remove a breakpoint.",
    run([name], context) {
      const record = recordOf(context, "dbd", name);
      if (record === undefined) return;
      const { breakpoints } = context.host.engine;
      if ((breakpoints.bits(record) & 1) === 0)
        throw new Rejection(`${prefix}No breakpoint set in this record`);
      breakpoints.remove(record);
    },
  }),
  goOn(
    "dbc",
    "Continuing:  ",
    false,
    "Go on to the next breakpoint, in the lock set of a record or the last that stopped.",
  ),
  goOn("dbs", "Stepping:    ", true, "Process the record that stopped, and stop at the next."),
  defineCommand({
    name: "dbp",
    args: [recordName("record name"), int("interest level")],
    help: "Show the fields of the record that stopped; interest level 2 unless another is given.",
    run([name, level], context) {
      const set = stoppedSet(context, name);
      if (set === undefined) return;
      const shown = fieldReport(context.host.engine, set.stopped.name, level === 0 ? 2 : level);
      for (const line of shown) context.print(line);
    },
  }),
  defineCommand({
    name: "dbap",
    args: [recordName("record name")],
    help: "Show a record each time it has been processed in a debugged lock set, or no longer.",
    run([name], context) {
      const record = recordOf(context, "dbap", name);
      if (record === undefined) return;
      const on = context.host.engine.breakpoints.toggleAutoPrint(record);
      context.print(`${prefix}Auto print ${on ? "on" : "off"} for record ${record.name}`);
    },
  }),
  defineCommand({
    name: "dbstat",
    args: [],
    help: "List the lock sets with breakpoints, where they stopped, and their breakpoints.",
    run(_, context) {
      for (const set of context.host.engine.breakpoints.sets()) printSet(set, context);
    },
  }),
];
