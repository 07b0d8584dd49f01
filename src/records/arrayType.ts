import type { DbfType } from "../channel/dbf.js";
import { menuFtype } from "./menus.js";

/** The types of an array's elements, which are those a client can ask for: in the order of the menu of FTVL and of DBR_xxx. */
export const ELEMENT_TYPES: readonly DbfType[] = [
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
export const arrayType = (ftvl: number): DbfType =>
  ELEMENT_TYPES[ftvl] ?? ELEMENT_TYPES[menuFtype.UCHAR] ?? "UCHAR";
