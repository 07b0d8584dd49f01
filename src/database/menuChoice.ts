import { parseInteger } from "../libcom/parseNumber.js";

/** What a menu's number can be beyond its choices: the one that means none. */
const NO_CHOICE = 65535;

/**
 * The index that a database's text means in a menu: a choice by its text or number, the first for an empty text. As in
 * EPICS Base the number of choices itself and 65535 are taken too. Undefined for any other text.
 */
export function menuIndex(choices: readonly string[], text: string): number | undefined {
  const index = choices.indexOf(text);
  if (index >= 0) return index;
  const parsed = parseInteger(text === "" ? "0" : text, { bits: 16, signed: false });
  if (!parsed.ok || parsed.value.rest !== "") return undefined;
  const number = Number(parsed.value.value);
  return number <= choices.length || number === NO_CHOICE ? number : undefined;
}
