export { compileCalc } from "./compile.js";
export { ARGUMENT_NAMES } from "./opcodes.js";
export { CalcProgram } from "./program.js";
