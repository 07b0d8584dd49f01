import type { DbfType } from "../channel/dbf.js";
import { menuFtype } from "./menus.js";

const TYPES: readonly DbfType[] = [
  "STRING",
  "CHAR",
  "UCHAR",
  "SHORT",
  "USHORT",
  "LONG",
  "ULONG",
  "INT64",
  "UINT64",
  "FLOAT",
  "DOUBLE",
  "ENUM",
];

/** The element type that a choice of FTVL means; UCHAR where there is no such choice. */
export const arrayType = (ftvl: number): DbfType => TYPES[ftvl] ?? TYPES[menuFtype.UCHAR] ?? "UCHAR";
