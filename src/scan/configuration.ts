import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { packageDatabaseDirectory } from "../database/fileFinder.js";
import { errorMessage } from "../libcom/errorMessage.js";
import type { ScanContext } from "./context.js";
import { readText } from "./pvValues.js";
import type { ScanKind } from "./scanKind.js";
import { after, nothing, perform, type Step } from "./steps.js";

const REQUEST_FILES: Readonly<Record<ScanKind, readonly string[]>> = {
  stream: ["tomoScan", "tomoScan_PSO", "tomoScan_2BM", "tomoScanStream"],
  fly: ["tomoScan", "tomoScan_PSO", "tomoScan_Helical", "tomoScan_2BM"],
  step: ["tomoScan", "tomoScan_step", "tomoScan_2BM"],
};

/** The records whose values make up the configuration of a scan: those that autosave keeps, too. */
export function configurationRecords(kind: ScanKind, directory = packageDatabaseDirectory): string[] {
  const lines = REQUEST_FILES[kind].flatMap((name) =>
    readFileSync(join(directory, `${name}_settings.req`), "utf8").split("\n"),
  );
  const names = lines
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.replace("$(P)$(R)", ""));
  return [...new Set(names)];
}

async function readConfiguration({ beamline, kind }: ScanContext): Promise<Record<string, string>> {
  const entries = await Promise.all(
    configurationRecords(kind).map(async (name): Promise<[string, string][]> => {
      const pv = beamline.own(name);
      return pv.connected ? [[name, await readText(pv)]] : [];
    }),
  );
  return Object.fromEntries(entries.flat());
}

/** `scan_001.h5` has its configuration in `scan_001.config`. */
export const configurationPath = (dataPath: string): string =>
  `${dataPath.replace(/\.[^./\\]*$/, "")}.config`;

/** Writes the settings of the scan beside its data; a failure shows in ScanStatus and stops nothing. */
export const saveConfiguration = (context: ScanContext): Step =>
  after(
    () => readText(context.beamline.file("FullFileName_RBV")),
    (dataPath) => {
      if (dataPath === "") return nothing;
      return perform(async () => {
        try {
          const text = JSON.stringify(await readConfiguration(context), undefined, 2);
          await writeFile(configurationPath(dataPath), text);
        } catch (error) {
          context.beamline.own("ScanStatus").write("Error writing configuration");
          context.log.error(`${configurationPath(dataPath)}: ${errorMessage(error)}`);
        }
      });
    },
  );
