import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { packageDatabaseDirectory } from "../database/fileFinder.js";
import { errorMessage } from "../libcom/errorMessage.js";
import type { Pv } from "../records/pv.js";
import type { ScanContext } from "./context.js";
import { readText } from "./pvValues.js";
import type { ScanKind } from "./scanKind.js";
import { perform, type Step } from "./steps.js";

const PUT_SECONDS = 10;

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

/** The present values of the settings of a scan that are there. */
export async function readConfiguration(
  own: (record: string) => Pv,
  kind: ScanKind,
): Promise<Record<string, string>> {
  const entries = await Promise.all(
    configurationRecords(kind).map(async (name): Promise<[string, string][]> => {
      const pv = own(name);
      return pv.connected ? [[name, await readText(pv)]] : [];
    }),
  );
  return Object.fromEntries(entries.flat());
}

export async function saveConfigurationFile(
  path: string,
  own: (record: string) => Pv,
  kind: ScanKind,
): Promise<void> {
  await writeFile(path, JSON.stringify(await readConfiguration(own, kind), undefined, 2));
}

const configurationFile = z.record(z.string(), z.string());

function parseConfiguration(path: string, text: string): Record<string, string> {
  try {
    return configurationFile.parse(JSON.parse(text));
  } catch {
    throw new Error(`${path}: is no configuration of a scan: a JSON object of texts is wanted`);
  }
}

/**
 * Puts the settings of a configuration file back into the records. Resolves with one line for each that could not be; rejects when the
 * file is none.
 */
export async function loadConfiguration(
  path: string,
  own: (record: string) => Pv,
  kind: ScanKind,
): Promise<string[]> {
  const settings = parseConfiguration(path, await readFile(path, "utf8"));
  const known = new Set(configurationRecords(kind));
  const problems: string[] = [];
  for (const [name, value] of Object.entries(settings)) {
    if (!known.has(name)) problems.push(`${name}: is no setting of this scan`);
    else
      await own(name)
        .writeNotify(value, { timeoutSeconds: PUT_SECONDS })
        .catch((error: unknown) => problems.push(errorMessage(error)));
  }
  return problems;
}

/** `scan_001.h5` has its configuration in `scan_001.config`. */
export const configurationPath = (dataPath: string): string =>
  `${dataPath.replace(/\.[^./\\]*$/, "")}.config`;

/** Writes the settings of the scan beside its data; a failure shows in ScanStatus and stops nothing. */
export const saveConfiguration = ({ beamline, kind, log }: ScanContext, dataPath: string): Step =>
  perform(async () => {
    const path = configurationPath(dataPath);
    try {
      await saveConfigurationFile(path, beamline.own, kind);
    } catch (error) {
      beamline.own("ScanStatus").write("Error writing configuration");
      log.error(`${path}: ${errorMessage(error)}`);
    }
  });
