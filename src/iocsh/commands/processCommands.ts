import { splitPvName } from "../autosave/pvFields.js";
import { defineCommand, int, Rejection, recordName, string } from "../command.js";
import type { IocshHost } from "../host.js";
import { fieldReport } from "./fieldReport.js";
import { needsIocInit, required, withChannel } from "./recordAccess.js";
import { instancesNamed } from "./recordNames.js";

/** The record behind a PV's name. */
function recordBehind(host: IocshHost, pv: string): string {
  withChannel(host, pv, () => undefined);
  return splitPvName(pv).record;
}

/** A put with completion; the text says how it ended. */
async function putAndWait(host: IocshHost, pv: string, value: string): Promise<string> {
  const written = await host.engine.putNotify(pv, value);
  return written.ok ? "" : written.error.message;
}

/** Commands that show records and process them. */
export const processCommands = [
  defineCommand({
    name: "dbpr",
    args: [recordName("record name"), int("interest level")],
    help: "Show the fields of a record; interest level 0 to 4, more fields with each.",
    run([name, level], { host, print }) {
      const record = recordBehind(host, required(name, 'dbpr "pv name", level'));
      for (const line of fieldReport(host.engine, record, level)) print(line);
    },
  }),
  defineCommand({
    name: "dbtr",
    args: [recordName("record name")],
    help: "Process a record, then show its fields.",
    run([name], { host, print }) {
      const record = recordBehind(host, required(name, 'dbtr "pv name"'));
      needsIocInit(host, "dbtr");
      if (host.engine.get(`${record}.PACT`) !== 0) throw new Rejection("record active");
      host.engine.instance(record)?.process();
      for (const line of fieldReport(host.engine, record, 3)) print(line);
    },
  }),
  defineCommand({
    name: "tpn",
    args: [recordName("record name"), string("value")],
    help: "Write a field with completion and say when everything it started is done.",
    async run([name, value], { host, print }) {
      const usage = 'tpn "pv_name", "value"';
      const pv = required(name, usage);
      if (value === undefined) throw new Rejection(`Usage: ${usage}`);
      if (!host.engine.has(pv)) throw new Rejection("Channel couldn't be created");
      const problem = await putAndWait(host, pv, value);
      print(`tpnCallback '${pv}': ${problem === "" ? "Success" : problem}`);
    },
  }),
  defineCommand({
    name: "dbtpn",
    args: [recordName("record name"), string("value")],
    help: "Write a field with completion, or without a value process its record and read it; says when all is done.",
    async run([name, value], { host, print }) {
      const pv = required(name, 'dbtpn "name", "value"');
      if (!host.engine.has(pv)) throw new Rejection("dbtpn: No such channel");
      const { record } = splitPvName(pv);
      const problem = await putAndWait(host, value === undefined ? `${record}.PROC` : pv, value ?? "1");
      if (value === undefined) print(`dbtpn:getCallback value ${host.engine.getString(pv)}`);
      print(`dbtpnCallback: ${problem === "" ? "success" : problem} record=${record}`);
    },
  }),
  defineCommand({
    name: "dbNotifyDump",
    args: [],
    help: "List the puts with completion that have not ended, with the records they wait for.",
    run(_, { host: { engine }, print }) {
      for (const instance of instancesNamed(engine)) {
        const { name, notify } = instance;
        if (notify === undefined) continue;
        print(`${name} PACT ${instance.record.PACT}\n    ${notify.state} of ${notify.target.name}`);
        for (const waiting of instance.notifyQueue ?? [])
          print(`    ${waiting.state} of ${waiting.target.name}`);
        for (const { name } of notify.waiting) print(`        waits for ${name}`);
      }
    },
  }),
];
