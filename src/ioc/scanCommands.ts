import { type Command, CommandError, defineCommand, path, string } from "../iocsh/index.js";
import { errorMessage } from "../libcom/errorMessage.js";
import type { Pv } from "../records/pv.js";
import { loadConfiguration, type ScanKind, saveConfigurationFile, scanKindOf } from "../scan/index.js";
import type { IocParts } from "./iocParts.js";

/** The settings of the scan server with this prefix, for as long as `work` runs. */
async function withSettings(
  ioc: IocParts,
  prefix: string | undefined,
  work: (own: (record: string) => Pv, kind: ScanKind) => Promise<void>,
): Promise<void> {
  const has = (record: string): boolean => ioc.engine.record(`${prefix ?? ""}${record}`) !== undefined;
  if (prefix === undefined || !has("StartScan"))
    throw new CommandError(`no scan server has the prefix "${prefix ?? ""}"`);
  const opened: Pv[] = [];
  const own = (record: string): Pv => {
    const pv = ioc.pvs.pv(prefix + record);
    opened.push(pv);
    return pv;
  };
  try {
    await work(own, scanKindOf(has));
  } catch (error) {
    throw new CommandError(errorMessage(error));
  } finally {
    for (const pv of opened) pv.close();
  }
}

/** Shell commands for the settings of a scan. */
export const scanCommands = (ioc: IocParts): readonly Command[] => [
  defineCommand({
    name: "tomoScanSaveConfiguration",
    args: [string("prefix"), path("file")],
    help: "Writes the settings of the scan server with this prefix, as 2bmb:TomoScanStream:, to a file.",
    run: ([prefix, file]) =>
      withSettings(ioc, prefix, (own, kind) => saveConfigurationFile(file ?? "", own, kind)),
  }),
  defineCommand({
    name: "tomoScanLoadConfiguration",
    args: [string("prefix"), path("file")],
    help: "Puts the settings of a .config file, as each scan leaves one beside its data, into the scan server's records.",
    run: ([prefix, file], { print }) =>
      withSettings(ioc, prefix, async (own, kind) => {
        for (const problem of await loadConfiguration(file ?? "", own, kind)) print(`${file}: ${problem}`);
      }),
  }),
];
