import { ArrayProgram } from "./arrayProgram.js";
import { CalcProgram } from "./program.js";
import { StringProgram } from "./stringProgram.js";

/** Whether a field holds a compiled expression, which clients cannot see. */
export const isProgram = (value: unknown): value is CalcProgram | StringProgram | ArrayProgram =>
  value instanceof CalcProgram || value instanceof StringProgram || value instanceof ArrayProgram;
