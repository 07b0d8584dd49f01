import type { TypedValue } from "../../../channel/dbf.js";
import type { CalcProgram } from "../../calc/index.js";
import type { PvaLink } from "./pvaLink.js";

/** A link given in JSON, understood: `{const: ...}`, `{calc: {...}}`, ... */
export type JsonLink = EmptyLink | ConstLink | StateLink | CalcLink | DebugLink | PvaLink;

/** Elements of one type: integers, doubles or texts. */
export interface Constant {
  readonly isArray: boolean;
  readonly elements: readonly TypedValue[];
}

/** A value for the time when records start. */
export interface ConstLink {
  readonly kind: "const";
  readonly constant: Constant;
}

/** `{}`: read and written without any effect. */
export interface EmptyLink {
  readonly kind: "empty";
}

/** A dbState as 0 or 1. */
export interface StateLink {
  readonly kind: "state";
  readonly name: string;
  readonly inverted: boolean;
}

export interface Expression {
  readonly text: string;
  readonly program: CalcProgram;
}

/** An expression of what other links give, or of what is written through `out`. */
export interface CalcLink {
  readonly kind: "calc";
  readonly expression: Expression | undefined;
  readonly major: Expression | undefined;
  readonly minor: Expression | undefined;
  readonly inputs: readonly (number | JsonLink)[];
  readonly out: JsonLink | undefined;
  readonly precision: number;
  readonly units: string | undefined;
  /** Which input gives the time. */
  readonly timeInput: number | undefined;
}

/** Another link, whose use is told to the operator when `trace` is set. */
export interface DebugLink {
  readonly kind: "debug" | "trace";
  readonly link: JsonLink;
}

const isDebug = (link: JsonLink): link is DebugLink => link.kind === "debug" || link.kind === "trace";

/** The link itself behind `debug` and `trace`. */
export const withoutDebug = (link: JsonLink): Exclude<JsonLink, DebugLink> =>
  isDebug(link) ? withoutDebug(link.link) : link;
