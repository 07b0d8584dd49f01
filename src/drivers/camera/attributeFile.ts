import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expandMacros } from "../../libcom/macLib.js";
import { parseMacros } from "../../libcom/macroDefinitions.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import type { NDAttributeType } from "../ndarray/ndArray.js";
import { parseXml, type XmlElement } from "../ndarray/xmlElements.js";
import { findAttributeFunction } from "./attributeFunctions.js";

export type AttributeKind = "EPICS_PV" | "PARAM" | "CONST" | "FUNCTION";

/** One row of an areaDetector attribute file. */
export interface AttributeDefinition {
  readonly name: string;
  readonly description: string;
  readonly kind: AttributeKind;
  /** A PV name, a drvInfo name, the name of a function, or the constant itself. */
  readonly source: string;
  /** What a function is told. */
  readonly param: string;
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

/** The type of an attribute for each request type, as areaDetector's PVAttribute has it: an int is short there. */
const DBR_TYPES: ReadonlyMap<string, NDAttributeType | undefined> = new Map([
  ["DBR_NATIVE", undefined],
  ["DBR_STRING", "String"],
  ["DBR_CHAR", "Int8"],
  ["DBR_SHORT", "Int16"],
  ["DBR_INT", "Int16"],
  ["DBR_ENUM", "Int16"],
  ["DBR_LONG", "Int32"],
  ["DBR_FLOAT", "Float32"],
  ["DBR_DOUBLE", "Float64"],
] as const);

const DATA_TYPES: ReadonlyMap<string, NDAttributeType | undefined> = new Map([
  ["int", "Int32"],
  ["int64", "Int64"],
  ["double", "Float64"],
  ["string", "String"],
] as const);

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
  const elements = parseXml(expanded.text);
  if (!elements.ok)
    return failed({
      reason: "syntaxError",
      message: `${file}:${elements.error.line}: ${elements.error.message}`,
    });
  const root = elements.value.find(({ tag }) => tag === "Attributes");
  if (root === undefined)
    return failed({ reason: "syntaxError", message: `${file}: the root element is not Attributes` });
  return ok(definitionsOf(root.children, file));
}

/** What is wrong with an entry costs that entry. */
function definitionsOf(elements: readonly XmlElement[], file: string): AttributeFile {
  const definitions: AttributeDefinition[] = [];
  const problems: string[] = [];
  for (const element of elements) {
    const definition = definitionOf(element);
    if (definition.ok) definitions.push(definition.value);
    else problems.push(`${file}:${element.line}: ${definition.error}`);
  }
  return { definitions, problems };
}

const isKind = (kind: string): kind is AttributeKind =>
  kind === "EPICS_PV" || kind === "PARAM" || kind === "CONST" || kind === "FUNCTION";

function definitionOf({ tag, attributes }: XmlElement): Result<AttributeDefinition> {
  if (tag !== "Attribute") return failed(`unknown element ${tag}`);
  const name = attributes.get("name") ?? "";
  const source = attributes.get("source") ?? "";
  const kind = attributes.get("type") ?? "EPICS_PV";
  if (name === "" || source === "") return failed(`attribute "${name}" lacks a name or a source`);
  if (!isKind(kind)) return failed(`attribute "${name}" has unknown type ${kind}`);
  if (kind === "FUNCTION" && findAttributeFunction(source) === undefined)
    return failed(`attribute "${name}" asks for function ${source}, which there is not`);
  const type = askedType(kind, attributes);
  if (!type.ok) return failed(`attribute "${name}" has unknown ${type.error}`);
  return ok({
    name,
    description: attributes.get("description") ?? "",
    kind,
    source,
    param: attributes.get("param") ?? "",
    type: type.value,
  });
}

/** Undefined leaves the type to the source. */
function askedType(
  kind: AttributeKind,
  attributes: ReadonlyMap<string, string>,
): Result<NDAttributeType | undefined> {
  const key = kind === "EPICS_PV" ? "dbrtype" : "datatype";
  const asked = attributes.get(key);
  if (asked === undefined || kind === "FUNCTION") return ok(undefined);
  const types = kind === "EPICS_PV" ? DBR_TYPES : DATA_TYPES;
  const name = kind === "EPICS_PV" ? asked : asked.toLowerCase();
  return types.has(name) ? ok(types.get(name)) : failed(`${key} ${asked}`);
}
