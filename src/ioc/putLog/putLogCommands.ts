import {
  type Command,
  CommandError,
  defineCommand,
  double,
  int,
  type Shell,
  string,
} from "../../iocsh/index.js";
import { logger } from "../../libcom/log.js";
import type { RecordEngine } from "../../records/index.js";
import type { Stoppable } from "../iocParts.js";
import { isPutLogMode, PutLogMode } from "./putFilter.js";
import { DEFAULT_TIME_FORMAT, jsonLine, plainLine } from "./putLines.js";
import { PutLog } from "./putLog.js";

const log = logger("putlog");

export interface PutLogParts {
  readonly engine: RecordEngine;
  readonly environment: NodeJS.ProcessEnv;
  readonly shell: Pick<Shell, "logPrefix">;
  own(what: Stoppable): void;
}

const MODE_NAMES: Readonly<Record<PutLogMode, string>> = {
  [PutLogMode.disabled]: "Disabled",
  [PutLogMode.onChange]: "OnChange",
  [PutLogMode.all]: "All",
  [PutLogMode.unfiltered]: "AllNoFilter",
};

const MODE_REPORTS: Readonly<Record<PutLogMode, string>> = {
  [PutLogMode.disabled]: "disabled",
  [PutLogMode.onChange]: "default (on change, squash bursts)",
  [PutLogMode.all]: "all (same value too, squash bursts)",
  [PutLogMode.unfiltered]: "no filter (every single put)",
};

function begin(parts: PutLogParts, putLog: PutLog, address: string | undefined, mode: number, burst: number) {
  const wasInitialised = putLog.initialised;
  const started = putLog.start(address ?? "", mode, burst);
  if (!started.ok) throw new CommandError(started.error);
  if (putLog.initialised && !wasInitialised) parts.own(putLog);
}

function reconfigure(putLog: PutLog, mode: number, burst: number): void {
  if (isPutLogMode(mode)) putLog.reconfigure(mode, burst);
  else {
    log.warn("invalid config request, setting to default 'all'");
    putLog.reconfigure(PutLogMode.all, burst);
  }
}

/** caPutLog's commands for its plain format. */
function plainCommands(parts: PutLogParts): readonly Command[] {
  let timeFormat = DEFAULT_TIME_FORMAT;
  const putLog = new PutLog({
    ...parts,
    prefix: () => parts.shell.logPrefix ?? "",
    name: "caPutLog",
    addressVariable: "EPICS_CA_PUT_LOG_ADDR",
    pvVariable: "EPICS_AS_PUT_LOG_PV",
    line: (entry) => plainLine(entry, timeFormat),
    joins: () => true,
  });
  const needsInit = () => {
    if (!putLog.initialised) throw new CommandError("caPutLog not initialized");
  };
  return [
    defineCommand({
      name: "caPutLogInit",
      args: [string("address"), int("config"), double("burst timeout")],
      help: "Log the puts of clients whose access rule says TRAPWRITE to log servers, after iocInit.",
      run([address, mode, burst], { print }) {
        const name = isPutLogMode(mode) ? MODE_NAMES[mode] : "Unknown (must be -1, 0, 1, or 2)";
        print(`caPutLogInit config: ${name}`);
        begin(parts, putLog, address, mode, burst);
      },
    }),
    defineCommand({
      name: "caPutLogReconf",
      args: [int("config"), double("burst timeout")],
      help: "Say anew which puts are logged: -1 none, 0 changes, 1 all, 2 all and each by itself.",
      run([mode, burst]) {
        needsInit();
        reconfigure(putLog, mode, burst);
      },
    }),
    defineCommand({
      name: "caPutLogShow",
      args: [int("level")],
      help: "Show which puts are logged, how many there were, and where they go.",
      run([level], { print }) {
        needsInit();
        print(`caPutLog mode: ${putLog.mode} = ${MODE_REPORTS[putLog.mode]}`);
        print(`caPutLog Total Count: ${putLog.count}`);
        for (const line of putLog.report(level)) print(line);
      },
    }),
    defineCommand({
      name: "caPutLogSetTimeFmt",
      args: [string("format")],
      help: "Give the format of the time in the lines, as strftime's.",
      run([format]) {
        timeFormat = format ?? timeFormat;
      },
    }),
    defineCommand({
      name: "caPutLogSetBurstTimeout",
      args: [double("burst timeout")],
      help: "Say how many seconds after a put the next one to the same PV still belongs to it.",
      run([seconds]) {
        putLog.burstSeconds = seconds;
      },
    }),
  ];
}

/** caPutLog's commands for its JSON format. */
function jsonCommands(parts: PutLogParts): readonly Command[] {
  const metadata = new Map<string, string>();
  const putLog = new PutLog({
    ...parts,
    prefix: () => parts.shell.logPrefix ?? "",
    name: "caPutJsonLog",
    addressVariable: "EPICS_CA_JSON_PUT_LOG_ADDR",
    pvVariable: "EPICS_AS_PUT_JSON_LOG_PV",
    line: (entry) => jsonLine(entry, metadata),
    joins: ({ type }) => type !== "CHAR",
  });
  return [
    defineCommand({
      name: "caPutJsonLogInit",
      args: [string("address"), int("config"), double("burst timeout")],
      help: "Log the puts of clients whose access rule says TRAPWRITE as JSON to log servers, after iocInit.",
      run: ([address, mode, burst]) => begin(parts, putLog, address, mode, burst),
    }),
    defineCommand({
      name: "caPutJsonLogReconf",
      args: [int("config"), double("burst timeout")],
      help: "Say anew which puts are logged: -1 none, 0 changes, 1 all, 2 all and each by itself.",
      run: ([mode, burst]) => reconfigure(putLog, mode, burst),
    }),
    defineCommand({
      name: "caPutJsonLogShow",
      args: [int("level")],
      help: "Show how many puts there were, and where they go.",
      run([level], { print }) {
        if (!putLog.initialised) throw new CommandError("caPutJsonLog: no clients initialised");
        for (const line of putLog.report(level)) print(line);
        print(`caPutJsonLog: Total count = ${putLog.count}`);
      },
    }),
    defineCommand({
      name: "caPutJsonLogAddMetadata",
      args: [string("property"), string("value")],
      help: "Add a property to every line; without a value it is taken away.",
      run([property, value]) {
        if (property === undefined) throw new CommandError("caPutJsonLog: NULL key supplied");
        if (value === undefined) metadata.delete(property);
        else metadata.set(property, value);
      },
    }),
    defineCommand({
      name: "caPutJsonLogSetBurstTimeout",
      args: [double("burst timeout")],
      help: "Say how many seconds after a put the next one to the same PV still belongs to it.",
      run([seconds]) {
        putLog.burstSeconds = seconds;
      },
    }),
  ];
}

/** The commands of the caPutLog module. An IOC of EPICS has one of the two formats; here both can be on. */
export const putLogCommands = (parts: PutLogParts): readonly Command[] => [
  ...plainCommands(parts),
  ...jsonCommands(parts),
];
