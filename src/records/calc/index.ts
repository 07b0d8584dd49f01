export { ArrayProgram } from "./arrayProgram.js";

export { compileArrayCalc, compileCalc, compileStringCalc } from "./compile.js";
export { isProgram } from "./isProgram.js";
export { ARGUMENT_NAMES } from "./opcodes.js";
export { CalcProgram } from "./program.js";
export { escapeBytes } from "./stringFunctions.js";
export { StringProgram } from "./stringProgram.js";
