import { DOUBLED_LETTERS, LETTERS_TO_P } from "../argumentLetters.js";
import {
  argumentWords,
  binary,
  commonOperands,
  commonOperators,
  constant,
  type Element,
  element,
  unary,
} from "./elements.js";
import { Op } from "./opcodes.js";

/** What both of synApps's dialects have where a value is needed. */
export const extendedOperands: readonly Element[] = [
  ...commonOperands,
  ...argumentWords(LETTERS_TO_P),
  ...argumentWords(DOUBLED_LETTERS, Op.FetchDoubled),
  constant("S2R", Op.SecondsToRadians),
  constant("R2S", Op.RadiansToSeconds),
  constant("NRNDM", Op.NormalRandom),
  unary("@", Op.ArgumentAt),
  unary("@@", Op.DoubledAt),
  unary("DBL", Op.ToNumber),
  unary("INT", Op.Nint),
  unary("LEN", Op.Length),
  element("UNTIL", "until", Op.Until, 0, 0, 10),
];

/** What both have after a value. */
export const extendedOperators: readonly Element[] = [
  ...commonOperators,
  binary(">?", Op.MaxOfTwo, 4),
  binary("<?", Op.MinOfTwo, 4),
  element("[", "bracket", Op.Subrange, 0, -1, 11),
  element("]", "closeBracket", Op.Nop),
  element("}", "closeBracket", Op.Nop),
  element(":=", "store", Op.Store, 1, -1, 0),
];
