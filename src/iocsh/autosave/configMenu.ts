import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { firstElement } from "../../channel/dbf.js";
import type { DeviceRecord } from "../../records/deviceSupport.js";
import type { RecordFunction } from "../../records/functions.js";
import { parseSaveFile } from "./saveFile.js";

/** What configMenu's records can ask of autosave; each says whether it worked. */
export interface ConfigActions {
  /** Where configurations are. */
  readonly directory: () => string;
  save(requestFile: string, saveFile: string): Promise<boolean>;
  /** Restores a configuration with the macros of the request file's set. */
  restore(saveFile: string, requestFile: string): Promise<boolean>;
}

/** A menu shows this many configurations at a time. */
const PAGE_SIZE = 10;
const NAME_FIELDS = ["VALA", "VALB", "VALC", "VALD", "VALE", "VALF", "VALG", "VALH", "VALI", "VALJ"];
const DESCRIPTION_FIELDS = ["VALK", "VALL", "VALM", "VALN", "VALO", "VALP", "VALQ", "VALR", "VALS", "VALT"];
const LONGEST_TEXT = 39;

interface Configuration {
  readonly name: string;
  readonly description: string;
}

/** A file's text holds the description that was current when it was saved. */
function descriptionIn(path: string): string {
  try {
    const { entries } = parseSaveFile(readFileSync(path, "utf8"));
    const saved = entries.find(({ name }) => name.endsWith("Menu:currDesc"))?.value;
    return typeof saved === "string" ? saved : "no description";
  } catch {
    return "no description";
  }
}

function findConfigurations(directory: string, menu: string): readonly Configuration[] {
  let files: readonly string[];
  try {
    files = readdirSync(directory);
  } catch {
    return [];
  }
  return files
    .filter((file) => file.startsWith(`${menu}_`) && file.endsWith(".cfg"))
    .sort()
    .map((file) => ({
      name: file.slice(menu.length + 1, -".cfg".length),
      description: descriptionIn(join(directory, file)),
    }));
}

const text = (record: DeviceRecord, field: string): string =>
  String(firstElement(record.getField(field)) ?? "");

const number = (record: DeviceRecord, field: string): number => Number(text(record, field));

/** Loads or saves the configuration named in A; VALC says whether that failed. Both are done when it returns. */
function loadOrSave(actions: ConfigActions): RecordFunction {
  return async (record) => {
    const name = text(record, "A").replaceAll(/[^A-Za-z0-9]/g, "_");
    const requestFile = text(record, "F");
    const file = `${text(record, "G")}_${name}.cfg`;
    const isSave = number(record, "E") !== 0;
    const worked =
      name !== "" && (await (isSave ? actions.save(requestFile, file) : actions.restore(file, requestFile)));
    record.setField("VALA", 0);
    record.setField("VALB", 0);
    record.setField("VALC", worked ? 0 : 1);
    return 0;
  };
}

/** Lists a page of the configurations of the menu named in A; C asks for a new look at the directory. */
function listConfigurations(actions: ConfigActions): RecordFunction {
  const known = new WeakMap<DeviceRecord, readonly Configuration[]>();
  return (record) => {
    let found = known.get(record) ?? [];
    if (found.length === 0 || number(record, "C") !== 0) {
      found = findConfigurations(actions.directory(), text(record, "A"));
      known.set(record, found);
      record.setField("C", 0);
    }
    const start = Math.max(0, number(record, "B")) * PAGE_SIZE;
    for (let index = 0; index < PAGE_SIZE; index++) {
      const { name = "", description = "" } = found[start + index] ?? {};
      record.setField(NAME_FIELDS[index] ?? "", name.slice(0, LONGEST_TEXT));
      record.setField(DESCRIPTION_FIELDS[index] ?? "", description.slice(0, LONGEST_TEXT));
    }
    return 0;
  };
}

/** The functions that the aSub records of configMenu.db call. */
export const configMenuFunctions = (actions: ConfigActions): Readonly<Record<string, RecordFunction>> => ({
  configMenu_init: () => 0,
  configMenu_do: loadOrSave(actions),
  configMenuList_init: () => 0,
  configMenuList_do: listConfigurations(actions),
});
