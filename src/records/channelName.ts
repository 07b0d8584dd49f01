/** A channel name, taken apart. */
export interface ChannelName {
  readonly record: string;
  readonly field: string;
  /** `$`: a string shown as a CHAR array. */
  readonly asChars: boolean;
}

/** Takes `REC`, `REC.FIELD` or `REC.FIELD$` apart; a name without a field means VAL. */
export function parseChannelName(name: string): ChannelName {
  const dot = name.indexOf(".");
  const record = dot < 0 ? name : name.slice(0, dot);
  const rest = dot < 0 ? "" : name.slice(dot + 1);
  const asChars = rest.endsWith("$");
  const field = asChars ? rest.slice(0, -1) : rest;
  return { record, field: field === "" ? "VAL" : field, asChars };
}
