import { MACRO_REFERENCE } from "./macroPattern.js";

const FORBIDDEN = /[ "'.$]/;
const DOUBTFUL_START = /^[-+[{]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\x00-\x1f]/;

/** What EPICS refuses in a record name, in words; undefined for a good one. */
export function recordNameProblem(name: string): string | undefined {
  if (name === "") return "a record name cannot be empty";
  const character = FORBIDDEN.exec(name)?.[0];
  return character === undefined ? undefined : `the record name has a forbidden character "${character}"`;
}

/** What EPICS warns of in a record name that it takes; undefined for nothing. */
export function recordNameWarning(name: string): string | undefined {
  const start = DOUBTFUL_START.exec(name)?.[0];
  if (start !== undefined) return `Record/Alias name '${name}' should not begin with '${start}'`;
  const control = CONTROL.exec(name)?.[0];
  if (control === undefined) return undefined;
  const code = control.charCodeAt(0).toString(16).padStart(2, "0");
  return `Record/Alias name '${name}' contains non-printable 0x${code}`;
}

/** The same problems for a name whose macros are not expanded. */
export const rawRecordNameProblem = (name: string): string | undefined =>
  recordNameProblem(name.replace(new RegExp(MACRO_REFERENCE, "g"), "x"));
