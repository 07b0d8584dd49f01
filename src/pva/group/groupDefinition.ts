import { failed, ok, type Result } from "../../libcom/result.js";
import type { PvType } from "../data/types.js";
import type { PvValue } from "../data/values.js";

/** One step to a field of a group: a field's name, and an index where the field is an array of structures. */
export interface PathPart {
  readonly name: string;
  readonly index: number | undefined;
}

/** What a field shows of its channel: QSRV's `+type` of a field with a `+channel`. */
export type ChannelMapping = "scalar" | "plain" | "any" | "meta" | "proc";

/** What stands behind a field. */
export type FieldSource =
  | { readonly kind: "channel"; readonly mapping: ChannelMapping; readonly channel: string }
  | { readonly kind: "const"; readonly type: PvType; readonly value: PvValue }
  /** Nothing but the id of a structure. */
  | { readonly kind: "structure" };

export interface GroupField {
  /** As it is written: `value.A`, `dimension[0].size`; empty for the top of the group. */
  readonly name: string;
  readonly path: readonly PathPart[];
  readonly source: FieldSource;
  /** Id of the structure that the field is; empty where none is given. */
  readonly id: string;
  /** When a put writes it, smallest first; undefined for a field that cannot be written. */
  readonly putOrder: number | undefined;
  /** The fields that a monitor event shows anew when this one changes. */
  readonly triggers: readonly string[];
}

/** A structure made of several records. */
export interface GroupDefinition {
  readonly name: string;
  readonly id: string;
  readonly atomic: boolean;
  /** In the order in which the structure has them and a put writes them. */
  readonly fields: readonly GroupField[];
}

/** `a.b[1].c` as a path; empty is the top. An index has four digits at most: every element before it is made as well. */
export function parsePath(name: string): Result<PathPart[]> {
  if (name === "") return ok([]);
  const parts: PathPart[] = [];
  for (const text of name.split(".")) {
    const match = /^([^[\]]+)(?:\[(\d{1,4})\])?$/.exec(text);
    if (match === null) return failed(`"${name}" is no path to a field`);
    const [, part = "", index] = match;
    parts.push({ name: part, index: index === undefined ? undefined : Number(index) });
  }
  return ok(parts);
}
