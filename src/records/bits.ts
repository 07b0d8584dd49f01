import { fieldsNamed } from "./fieldGroups.js";
import { type FieldAttributes, uchar } from "./fieldSpec.js";

const HEX = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "A", "B", "C", "D", "E", "F"] as const;

/** B0 to BF and B10 to B1F, the lowest bit first. */
export const BIT_NAMES = [
  ...HEX.map((digit) => `B${digit}` as const),
  ...HEX.map((digit) => `B1${digit}` as const),
];

export type BitName = (typeof BIT_NAMES)[number];

export const bitFields = (attributes: FieldAttributes) =>
  fieldsNamed(BIT_NAMES, (_name, index) => uchar({ ...attributes, prompt: `Bit ${index}` }));

type Bits = Record<BitName, number>;

/** Spreads a word over its bit fields; returns the mask of those that changed. */
export function spreadBits(record: Bits, word: number): number {
  let changed = 0;
  BIT_NAMES.forEach((name, index) => {
    const bit = (word >>> index) & 1;
    if (record[name] !== bit) changed |= 1 << index;
    record[name] = bit;
  });
  return changed;
}

/** The word that the bit fields make; any value but 0 is a set bit. It is signed, as VAL is. */
export const gatherBits = (record: Bits): number =>
  BIT_NAMES.reduce((word, name, index) => (record[name] === 0 ? word : word | (1 << index)), 0);
