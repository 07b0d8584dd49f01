const FORBIDDEN = /[\s"'.$]/;
const MACRO_REFERENCE = /\$\([^()]*\)|\$\{[^{}]*\}/g;

/** What EPICS refuses in a record name, in words; undefined for a good one. */
export function recordNameProblem(name: string): string | undefined {
  if (name === "") return "a record name cannot be empty";
  const character = FORBIDDEN.exec(name)?.[0];
  return character === undefined ? undefined : `the record name has a forbidden character "${character}"`;
}

/** The same for a name whose macros are not expanded. */
export const rawRecordNameProblem = (name: string): string | undefined =>
  recordNameProblem(name.replace(MACRO_REFERENCE, "x"));
