import { parseMacros } from "../libcom/macLib.js";

/** `P=a,R=b` as macros; undefined text gives none. */
export const macrosOf = (text: string | undefined): Readonly<Record<string, string>> =>
  text === undefined ? {} : parseMacros(text);
