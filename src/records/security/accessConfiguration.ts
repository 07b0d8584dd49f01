import type { CalcProgram } from "../calc/index.js";

export type AccessLevel = "NONE" | "READ" | "WRITE";

/** RULE: who gets `access` to fields of at most this level. Empty lists of groups exclude nobody. */
export interface AccessRule {
  readonly level: number;
  readonly access: AccessLevel;
  readonly trapWrite: boolean;
  readonly userGroups: readonly string[];
  readonly hostGroups: readonly string[];
  readonly calc: { readonly text: string; readonly program: CalcProgram } | undefined;
  /** It has a condition that nobody knows, so it never holds. */
  readonly ignored: boolean;
}

/** INPA to INPU of a group; `index` is 0 for A. */
export interface AccessInput {
  readonly index: number;
  readonly pv: string;
}

/** ASG: the inputs and rules for the records whose ASG field has its name. */
export interface AccessGroup {
  readonly name: string;
  readonly inputs: readonly AccessInput[];
  readonly rules: readonly AccessRule[];
}

/** What an access security file says. The maps are in the order of their names. */
export interface AccessConfiguration {
  /** UAG: names of users by group. */
  readonly userGroups: ReadonlyMap<string, readonly string[]>;
  /** HAG: names or addresses of hosts by group. */
  readonly hostGroups: ReadonlyMap<string, readonly string[]>;
  readonly groups: ReadonlyMap<string, AccessGroup>;
}

/** The group of records whose ASG field is empty or names no group. */
export const DEFAULT_GROUP = "DEFAULT";
