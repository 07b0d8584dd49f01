import { failed, ok, type Result } from "../../libcom/result.js";
import { BitSet } from "../data/bitSet.js";
import { joinPath } from "../data/coerce.js";
import { bitsOf, fieldAt, type PvType, pvString, type StructureType, structure } from "../data/types.js";
import { isPvStructure, type PvStructure, type PvValue } from "../data/values.js";

/** What a client asks of an operation: which fields, and options as text. */
export interface PvRequest {
  /** Dotted paths; none means everything. */
  readonly fields: readonly string[];
  /** record[process=true,...]. */
  readonly options: ReadonlyMap<string, string>;
}

export const EVERYTHING: PvRequest = { fields: [], options: new Map() };

/** Reads a pvRequest structure as it came over the wire. */
export function readPvRequest(value: PvValue): PvRequest {
  if (!isPvStructure(value)) return EVERYTHING;
  const field = value["field"];
  const fields = isPvStructure(field) ? leafPaths(field, "") : [];
  return { fields, options: readOptions(value["record"]) };
}

function leafPaths(value: PvStructure, path: string): string[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name === "_options" || !isPvStructure(inner)) return [];
    const here = joinPath(path, name);
    const below = leafPaths(inner, here);
    return below.length > 0 ? below : [here];
  });
}

function readOptions(record: PvValue | undefined): ReadonlyMap<string, string> {
  const options = isPvStructure(record) ? record["_options"] : undefined;
  if (!isPvStructure(options)) return new Map();
  return new Map(
    Object.entries(options).flatMap(([name, value]) =>
      typeof value === "object" ? [] : [[name, String(value)] as const],
    ),
  );
}

/** The fields of `type` that a request selects. Fails when it names fields and `type` has none of them. */
export function selectedFields(type: StructureType, request: PvRequest): Result<BitSet> {
  const selected = new BitSet([], type.bits);
  if (request.fields.length === 0) return ok(selected.setRange(0, type.bits));
  for (const path of request.fields) {
    const found = fieldAt(type, path);
    if (found !== undefined) selected.setRange(found.bit, found.bit + bitsOf(found.type));
  }
  return selected.isEmpty ? failed("the request selects no field that exists") : ok(selected);
}

export interface EncodableRequest {
  readonly type: StructureType;
  readonly value: PvStructure;
}

/** The structure that carries a request over the wire. */
export function requestStructure(request: PvRequest): EncodableRequest {
  const parts: [string, PvType][] = [["field", fieldTree(request.fields)]];
  const value: Record<string, PvValue> = {};
  if (request.options.size > 0) {
    const names = [...request.options.keys()];
    const options = structure("", Object.fromEntries(names.map((name) => [name, pvString])));
    parts.unshift(["record", structure("", { _options: options })]);
    value["record"] = { _options: Object.fromEntries(request.options) };
  }
  return { type: structure("", parts), value };
}

function fieldTree(paths: readonly string[]): StructureType {
  const heads = new Map<string, string[]>();
  for (const path of paths) {
    const [head = "", ...rest] = path.split(".");
    const below = heads.get(head) ?? [];
    if (rest.length > 0) below.push(rest.join("."));
    heads.set(head, below);
  }
  return structure(
    "",
    [...heads].map(([name, below]) => [name, fieldTree(below)] as const),
  );
}

/**
 * Parses the text form: `field(value,alarm.severity)`, `record[process=true,block=true]field(value)`,
 * `value,timeStamp`, or nothing for everything. Fails with the position of what cannot be read.
 */
export function parsePvRequest(text: string): Result<PvRequest> {
  const input = text.replace(/\s+/g, "");
  const options = new Map<string, string>();
  const fields: string[] = [];
  let rest = input;
  let sawField = false;
  while (rest !== "") {
    const record = /^record\[([^\]]*)\]/.exec(rest);
    if (record !== null) {
      for (const pair of (record[1] ?? "").split(",").filter((part) => part !== "")) {
        const at = pair.indexOf("=");
        if (at <= 0) return failed(`pvRequest: "${pair}" is not name=value`);
        options.set(pair.slice(0, at), pair.slice(at + 1));
      }
      rest = rest.slice(record[0].length);
      continue;
    }
    if (sawField) return failed(`pvRequest: cannot read "${rest}"`);
    const inner = /^field\(/.test(rest) ? closing(rest, "field(".length) : undefined;
    if (inner === undefined && /^(field|getField|putField)\(/.test(rest))
      return failed(`pvRequest: cannot read "${rest}"`);
    const list = inner === undefined ? rest : rest.slice("field(".length, inner);
    const paths = fieldPaths(list, "");
    if (paths === undefined) return failed(`pvRequest: cannot read "${list}"`);
    fields.push(...paths);
    rest = inner === undefined ? "" : rest.slice(inner + 1);
    sawField = true;
  }
  return ok({ fields, options });
}

/** Index of the bracket that closes the one before `from`. */
function closing(text: string, from: number): number | undefined {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "(" || text[at] === "{") depth++;
    if (text[at] === ")" || text[at] === "}") depth--;
    if (depth === 0) return at;
  }
  return undefined;
}

/** `a,b{c,d.e}` as the paths a, b.c, b.d.e. */
function fieldPaths(list: string, prefix: string): string[] | undefined {
  const paths: string[] = [];
  let rest = list;
  while (rest !== "") {
    const name = /^[A-Za-z_][\w]*(\.[A-Za-z_]\w*)*/.exec(rest)?.[0];
    if (name === undefined) return undefined;
    rest = rest.slice(name.length);
    const path = joinPath(prefix, name);
    if (rest.startsWith("{")) {
      const end = closing(rest, 1);
      const below = end === undefined ? undefined : fieldPaths(rest.slice(1, end), path);
      if (end === undefined || below === undefined) return undefined;
      paths.push(...below);
      rest = rest.slice(end + 1);
    } else paths.push(path);
    if (rest !== "" && !rest.startsWith(",")) return undefined;
    rest = rest.slice(1);
  }
  return paths;
}
