import type {
  DatabaseDefinition,
  FieldDefinition,
  RecordDefinition,
} from "../../database/recordDefinition.js";
import { describeProblem } from "../../database/recordDefinition.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import { MacroExpander } from "../../libcom/macLib.js";
import type { ShellEngine } from "../host.js";
import { databaseType, openPv, splitPvName, writableValue } from "./pvFields.js";
import { type PvPlaces, restoreElsewhere } from "./savedPv.js";
import type { SavedEntry } from "./saveFile.js";

export interface RestoreOutcome {
  readonly restored: number;
  /** One line per value that could not be restored. */
  readonly problems: readonly string[];
}

/** Entries whose names have the macros of a restore command expanded. */
export function withMacros(
  entries: readonly SavedEntry[],
  macros: Readonly<Record<string, string>>,
): readonly SavedEntry[] {
  if (Object.keys(macros).length === 0) return entries;
  const expander = new MacroExpander(macros);
  return entries.map((entry) => ({ ...entry, name: expander.expand(entry.name).text }));
}

const isLink = (type: string): boolean => type.endsWith("LINK");

/** Menus are saved by number, a database gives them by choice. */
function asDatabaseText(engine: ShellEngine, name: string, value: string): string {
  const { record, field } = splitPvName(name);
  const type = engine.record(record)?.recordType ?? "";
  const choices = engine.catalog.menuChoices(type, field);
  return choices?.[Number(value)] ?? value;
}

/**
 * Before record initialisation: scalars and links become what the database would have given, so that records
 * initialise with them. Arrays wait for the second pass.
 */
export function restoreBeforeInit(
  engine: ShellEngine,
  entries: readonly SavedEntry[],
  file: string,
): RestoreOutcome {
  const problems: string[] = [];
  let wanted = 0;
  const fieldsOf = new Map<string, Map<string, FieldDefinition>>();
  for (const { name, value, line } of entries) {
    const type = databaseType(engine, name);
    if (type === undefined) {
      problems.push(`${file}:${line}: ${name}: no such record or field`);
      continue;
    }
    if (typeof value !== "string" || type === "NOACCESS" || type === "DEVICE") continue;
    const { record, field } = splitPvName(name);
    const fields = fieldsOf.get(record) ?? new Map<string, FieldDefinition>();
    fields.set(field, { value: asDatabaseText(engine, name, value), location: { file, line } });
    // A record with a value is no longer undefined, as dbPutString has it.
    if (field === "VAL") fields.set("UDF", { value: "0", location: { file, line } });
    fieldsOf.set(record, fields);
    wanted++;
  }
  const records = [...fieldsOf].map(
    ([name, fields]): RecordDefinition => ({
      name,
      type: "*",
      fields,
      aliases: [],
      info: new Map(),
      location: [...fields.values()][0]?.location ?? { file, line: 1 },
    }),
  );
  const database: DatabaseDefinition = { records, aliases: [] };
  const refused = engine.load(database).map(describeProblem);
  return { restored: wanted - refused.length, problems: [...problems, ...refused] };
}

/** Into a running IOC: values are put as clients do it, here and in other IOCs. */
export async function restoreRunning(
  { engine, otherIocs }: PvPlaces,
  entries: readonly SavedEntry[],
  file: string,
  timeoutSeconds: number,
): Promise<RestoreOutcome> {
  const isElsewhere = ({ name }: SavedEntry): boolean => otherIocs !== undefined && !engine.has(name);
  const here = restoreAfterInit(
    engine,
    entries.filter((entry) => !isElsewhere(entry)),
    file,
    "passive",
  );
  const problems = await Promise.all(
    entries.filter(isElsewhere).map(async ({ name, value, line }) => {
      const pv = otherIocs?.pv(name);
      if (pv === undefined) return undefined;
      return restoreElsewhere(pv, value, timeoutSeconds).then(
        () => undefined,
        (error: unknown) => `${file}:${line}: ${errorMessage(error)}`,
      );
    }),
  );
  const failures = problems.filter((problem) => problem !== undefined);
  return {
    restored: here.restored + problems.length - failures.length,
    problems: [...here.problems, ...failures],
  };
}

/** After record initialisation: scalars and arrays are stored without processing; links stay as they are. */
export function restoreAfterInit(
  engine: ShellEngine,
  entries: readonly SavedEntry[],
  file: string,
  process: "passive" | "inhibit" = "inhibit",
): RestoreOutcome {
  const problems: string[] = [];
  let restored = 0;
  for (const { name, value, line } of entries) {
    const channel = openPv(engine, name);
    if (channel === undefined) {
      problems.push(`${file}:${line}: ${name}: no such record or field`);
      continue;
    }
    if (process === "passive" || !isLink(databaseType(engine, name) ?? "")) {
      const written = channel.write(writableValue(channel, value), process);
      if (written.ok) restored++;
      else problems.push(`${file}:${line}: ${name}: ${written.error.message}`);
    }
    channel.close();
  }
  return { restored, problems };
}
