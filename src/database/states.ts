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

/** States that a run of fields spells out, from the field `from` to the one before `to`. */
export interface SpelledStates {
  readonly states: readonly StateDefinition[];
  readonly from: number;
  readonly to: number;
}

/** The reverse of `fieldsOfStates`: undefined where the short form would not say the same in the same order. */
export function statesOfFields(
  recordType: string,
  fields: readonly (readonly [field: string, value: string])[],
): SpelledStates | undefined {
  if (!hasStates(recordType)) return undefined;
  const values = new Map(fields);
  const states = isBinary(recordType) ? binaryStates(values) : multibitStates(values);
  const spelled = fieldsOfStates(recordType, states);
  const from = fields.findIndex(([field]) => field === spelled[0]?.[0]);
  const to = from + spelled.length;
  const isSame = spelled.every(([field, value], at) => {
    const [own, text] = fields[from + at] ?? [];
    return own === field && text === value;
  });
  return from >= 0 && isSame ? { states, from, to } : undefined;
}

const binaryStates = (values: ReadonlyMap<string, string>): StateDefinition[] =>
  ["ZNAM", "ONAM"].map((field) => ({ name: values.get(field) ?? "" }));

function multibitStates(values: ReadonlyMap<string, string>): StateDefinition[] {
  const states = MULTIBIT_PREFIXES.map((prefix, index): StateDefinition => {
    const name = values.get(`${prefix}ST`) ?? "";
    const value = values.get(`${prefix}VL`);
    return value === undefined || value === String(index) ? { name } : { name, value };
  });
  while (states.at(-1)?.name === "") states.pop();
  return states;
}
