import {
  binary,
  byLongestName,
  constant,
  type Dialect,
  element,
  nonFiniteOperands,
  unary,
} from "./elements.js";
import { extendedOperands, extendedOperators } from "./extendedElements.js";
import { Op } from "./opcodes.js";

/** Expressions of numbers and texts: CALC of synApps's scalcout record, CLCA to CLCP of transform. */
export const stringDialect: Dialect = {
  operands: byLongestName([
    ...extendedOperands,
    ...nonFiniteOperands,
    element('"', "text", Op.LiteralText, 0, 1),
    element("'", "text", Op.LiteralText, 0, 1),
    constant("SVAL", Op.FetchResult),
    unary("STR", Op.ToText),
    unary("BYTE", Op.Byte),
    unary("PRINTF", Op.Printf, -1),
    unary("$P", Op.Printf, -1),
    unary("SSCANF", Op.Sscanf, -1),
    unary("$S", Op.Sscanf, -1),
    unary("WRITE", Op.BinaryWrite, -1),
    unary("$W", Op.BinaryWrite, -1),
    unary("READ", Op.BinaryRead, -1),
    unary("$R", Op.BinaryRead, -1),
    unary("ESC", Op.Escape),
    unary("$E", Op.Escape),
    unary("TR_ESC", Op.Unescape),
    unary("$T", Op.Unescape),
    unary("CRC16", Op.Crc16),
    unary("MODBUS", Op.AppendCrc16),
    unary("LRC", Op.Lrc),
    unary("AMODBUS", Op.AsciiModbus),
    unary("XOR8", Op.Xor8),
    unary("ADD_XOR8", Op.AppendXor8),
  ]),
  operators: byLongestName([
    ...extendedOperators,
    binary("-|", Op.Subtract, 6),
    binary("|-", Op.SubtractLast, 6),
    element("{", "bracket", Op.Replace, 0, -1, 11),
  ]),
  stackSize: 30,
  extended: true,
};
