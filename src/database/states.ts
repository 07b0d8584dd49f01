/** Prefixes of the sixteen states of mbbo and mbbi: ZRVL and ZRST to FFVL and FFST. */
const MULTIBIT_PREFIXES = "ZR ON TW TH FR FV SX SV EI NI TE EL TV TT FT FF".split(" ");

export interface StateDefinition {
  readonly name: string;
  /** The raw value; the index when it is absent. */
  readonly value?: string | undefined;
}

const isMultibit = (recordType: string): boolean => recordType === "mbbo" || recordType === "mbbi";
const isBinary = (recordType: string): boolean => /^(?:bo|bi|busy)$/.test(recordType);

/** The record types that have states to name. */
export const hasStates = (recordType: string): boolean => isMultibit(recordType) || isBinary(recordType);

/** The fields that `states: [No, Yes]` stands for; a gap is an empty name. */
export function fieldsOfStates(recordType: string, states: readonly StateDefinition[]): [string, string][] {
  if (isBinary(recordType)) {
    const names = ["ZNAM", "ONAM"];
    return states.flatMap(({ name }, index) => (names[index] === undefined ? [] : [[names[index], name]]));
  }
  return states.flatMap(({ name, value }, index): [string, string][] => {
    const prefix = MULTIBIT_PREFIXES[index];
    if (prefix === undefined || name === "") return [];
    return [
      [`${prefix}VL`, value ?? String(index)],
      [`${prefix}ST`, name],
    ];
  });
}

/** How many states a record type can name. */
export const stateLimit = (recordType: string): number => (isMultibit(recordType) ? 16 : 2);

/** The reverse: the states that fields spell out and the names of those fields, or undefined where the short form cannot say the same. */
export function statesOfFields(
  recordType: string,
  fields: ReadonlyMap<string, string>,
): { states: StateDefinition[]; fields: string[] } | undefined {
  if (!hasStates(recordType)) return undefined;
  const states: StateDefinition[] = [];
  if (isBinary(recordType)) {
    const [zero, one] = [fields.get("ZNAM"), fields.get("ONAM")];
    if (!zero || !one) return undefined;
    states.push({ name: zero }, { name: one });
    return { states, fields: ["ZNAM", "ONAM"] };
  }
  for (const prefix of MULTIBIT_PREFIXES) {
    const name = fields.get(`${prefix}ST`);
    const value = fields.get(`${prefix}VL`);
    if (name === undefined && value === undefined) states.push({ name: "" });
    else if (!name || value === undefined) return undefined;
    else states.push(value === String(states.length) ? { name } : { name, value });
  }
  while (states.at(-1)?.name === "") states.pop();
  if (states.length === 0) return undefined;
  return { states, fields: MULTIBIT_PREFIXES.flatMap((prefix) => [`${prefix}ST`, `${prefix}VL`]) };
}
