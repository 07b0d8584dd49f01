import { defineMenu } from "./menu.js";

/** The last character of the fields of each of sixteen groups. */
export const GROUP_IDS = [
  "0",
  "1",
  "2",
  "3",
  "4",
  "5",
  "6",
  "7",
  "8",
  "9",
  "A",
  "B",
  "C",
  "D",
  "E",
  "F",
] as const;

const ALL_GROUPS = 0xffff;

/** The choices of SELM, under the name that each record type gives them. */
export const menuSelect = (menuName: string) =>
  defineMenu(menuName, { All: "All", Specified: "Specified", Mask: "Mask" });

const choice = menuSelect("SELM");

/** Groups as a bit mask; undefined when SELN with OFFS or SHFT names none that there is. */
export function selectedGroups(record: {
  SELM: number;
  SELN: number;
  OFFS: number;
  SHFT: number;
}): number | undefined {
  const { SELM, SELN, OFFS, SHFT } = record;
  if (SELM === choice.All) return ALL_GROUPS;
  if (SELM === choice.Specified) {
    const group = SELN + OFFS;
    return group < 0 || group >= GROUP_IDS.length ? undefined : 1 << group;
  }
  if (SELM !== choice.Mask || SHFT < -15 || SHFT > 15) return undefined;
  return (SHFT >= 0 ? SELN >> SHFT : SELN << -SHFT) & ALL_GROUPS;
}
