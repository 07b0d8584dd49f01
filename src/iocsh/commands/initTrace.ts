import type { InitHook } from "../../records/initHooks.js";
import { defineCommand } from "../command.js";

/** The stages of EPICS Base that are behind an IOC of ours when it comes to a moment of its own. */
const STAGES: readonly (readonly [InitHook, readonly string[]])[] = [
  ["atIocBuild", ["AtIocBuild", "AtBeginning"]],
  [
    "beforeInitRecords",
    ["AfterCallbackInit", "AfterCaLinkInit", "AfterInitDrvSup", "AfterInitRecSup", "AfterInitDevSup"],
  ],
  ["afterInitRecords", ["AfterInitDatabase", "AfterFinishDevSup"]],
  ["afterInitialProcess", ["AfterScanInit", "AfterInitialProcess", "AfterCaServerInit", "AfterIocBuilt"]],
  ["atIocRun", ["AtIocRun"]],
  ["afterDatabaseRunning", ["AfterDatabaseRunning", "AfterInterruptAccept"]],
  ["afterIocRunning", ["AfterCaServerRunning", "AtEnd", "AfterIocRunning"]],
  ["atIocPause", ["AtIocPause"]],
  ["afterDatabasePaused", ["AfterCaServerPaused", "AfterDatabasePaused"]],
  ["afterIocPaused", ["AfterIocPaused"]],
];

/** Stages that an IOC passes once, not when it goes on after a pause. */
const ONCE: ReadonlySet<string> = new Set(["AfterInterruptAccept", "AtEnd"]);

/** The command of EPICS Base's example application that shows how iocInit gets on. */
export function initTraceCommand() {
  let traces = false;
  return defineCommand({
    name: "traceIocInit",
    args: [],
    help: "Show the stages of iocInit as they are reached; to be called before it.",
    run(_, { host, shell, print }) {
      if (traces) return;
      traces = true;
      print("iocInit will be traced");
      if (host.initialised) return;
      const past = new Set<string>();
      const reached = (stage: string): void => {
        if (!(ONCE.has(stage) && past.has(stage))) shell.say(`iocInit: Reached initHook${stage}\n`);
        past.add(stage);
      };
      for (const [hook, stages] of STAGES) host.engine.onInitHook(hook, () => stages.forEach(reached));
    },
  });
}
