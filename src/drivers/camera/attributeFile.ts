import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { expandMacros } from "../../libcom/macLib.js";
import { parseMacros } from "../../libcom/macroDefinitions.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import type { NDAttributeType } from "../ndarray/ndArray.js";

/** One row of an areaDetector attribute file. */
export interface AttributeDefinition {
  readonly name: string;
  readonly description: string;
  readonly kind: "EPICS_PV" | "PARAM" | "CONST";
  /** A PV name, a drvInfo name, or the constant itself. */
  readonly source: string;
  /** What the file asks for; undefined is the source's own type. */
  readonly type: NDAttributeType | undefined;
}

export interface AttributeFile {
  readonly definitions: readonly AttributeDefinition[];
  /** One line per entry that could not be used. */
  readonly problems: readonly string[];
}

export interface AttributeFileError {
  readonly reason: "fileNotFound" | "syntaxError" | "macroError";
  readonly message: string;
}

const DBR_TYPES: Readonly<Record<string, NDAttributeType>> = {
  DBR_STRING: "String",
  DBR_CHAR: "UInt8",
  DBR_SHORT: "Int16",
  DBR_ENUM: "Int32",
  DBR_INT: "Int32",
  DBR_LONG: "Int32",
  DBR_FLOAT: "Float32",
  DBR_DOUBLE: "Float64",
};

const DATA_TYPES: Readonly<Record<string, NDAttributeType>> = {
  INT: "Int32",
  INT64: "Int64",
  DOUBLE: "Float64",
  STRING: "String",
};

/** The db folder of this package, where a file without a folder is looked for last. */
const packageDb = resolve(dirname(fileURLToPath(import.meta.url)), "../../../../db");

const find = (name: string): string | undefined =>
  isAbsolute(name)
    ? existsSync(name)
      ? name
      : undefined
    : [resolve(name), join(packageDb, name)].find((path) => existsSync(path));

/** Reads an attribute file, or XML text given in its place. Macros are `NAME=value,...` as in NDAttributesMacros. */
export function loadAttributes(
  fileOrText: string,
  macros: string,
): Result<AttributeFile, AttributeFileError> {
  if (fileOrText.trim() === "") return ok({ definitions: [], problems: [] });
  if (fileOrText.includes("<Attributes>")) return parseAttributes(fileOrText, macros, "attribute text");
  const path = find(fileOrText);
  if (path === undefined)
    return failed({ reason: "fileNotFound", message: `attribute file "${fileOrText}" not found` });
  try {
    return parseAttributes(readFileSync(path, "utf8"), macros, path);
  } catch (error) {
    return failed({ reason: "fileNotFound", message: `${path}: ${String(error)}` });
  }
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseAttributeValue: false,
  isArray: (name) => name === "Attribute",
});

export function parseAttributes(
  text: string,
  macros: string,
  file: string,
): Result<AttributeFile, AttributeFileError> {
  const expanded = expandMacros(text, parseMacros(macros));
  if (expanded.undefined.length > 0)
    return failed({
      reason: "macroError",
      message: `${file}: macro ${expanded.undefined.join(", ")} is not defined`,
    });
  const valid = XMLValidator.validate(expanded.text);
  if (valid !== true)
    return failed({ reason: "syntaxError", message: `${file}:${valid.err.line}: ${valid.err.msg}` });
  const root: unknown = parser.parse(expanded.text);
  return ok(definitionsOf(rowsOf(root), file));
}

type Row = Readonly<Record<string, string>>;

const isRow = (value: unknown): value is Row => typeof value === "object" && value !== null;

function rowsOf(root: unknown): Row[] {
  if (!isRow(root)) return [];
  const attributes: unknown = root["Attributes"];
  if (!isRow(attributes)) return [];
  const rows: unknown = attributes["Attribute"];
  return Array.isArray(rows) ? rows.filter(isRow) : [];
}

function definitionsOf(rows: readonly Row[], file: string): AttributeFile {
  const definitions: AttributeDefinition[] = [];
  const problems: string[] = [];
  for (const row of rows) {
    const { name = "", source = "", type: kind = "EPICS_PV", description = "", dbrtype, datatype } = row;
    const asked = kind === "EPICS_PV" ? DBR_TYPES[dbrtype ?? ""] : DATA_TYPES[datatype ?? ""];
    if (name === "" || source === "") problems.push(`${file}: attribute "${name}" lacks a name or a source`);
    else if (kind !== "EPICS_PV" && kind !== "PARAM" && kind !== "CONST")
      problems.push(`${file}: attribute "${name}" has type ${kind}, which is not supported`);
    else definitions.push({ name, description, kind, source, type: asked });
  }
  return { definitions, problems };
}
