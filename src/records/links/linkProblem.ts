import type { LinkDirection } from "./link.js";

/** Letters of the numbers in a hardware address, `#C1 S2 @parameters`, for each kind of bus. */
const BUSES: ReadonlySet<string> = new Set([
  "CS",
  "BCN",
  "BCNA",
  "BCNF",
  "BCNAF",
  "RMDE",
  "LACS",
  "LA",
  "LNPS",
  "LBG",
  "VCS",
  "VS",
]);

function hardwareProblem(text: string): string | undefined {
  const [address = "", parameters] = text.split(/@(.*)/s);
  const numbers = [...address.matchAll(/\s*([^\s])\s*([+-]?\d+)/gy)];
  const letters = numbers.map(([, letter]) => letter).join("");
  const isComplete = /^\s*$/.test(address.slice(numbers.map(([part]) => part).join("").length));
  const known = isComplete && BUSES.has(letters) && (letters !== "RMDE" || parameters === undefined);
  return known ? undefined : "is no hardware address";
}

/** The JSON link types of EPICS Base and pvAccess, and whether they can be written to. */
const JSON_LINKS: ReadonlyMap<string, boolean> = new Map([
  ["const", false],
  ["calc", true],
  ["state", true],
  ["debug", true],
  ["trace", true],
  ["pva", true],
]);

function jsonProblem(text: string, direction: LinkDirection): string | undefined {
  const [, name = ""] = /^\{\s*["']?([^\s"':}]*)/.exec(text) ?? [];
  const writable = JSON_LINKS.get(name);
  if (/^\{\s*\}$/.test(text)) return undefined;
  if (writable === undefined) return name === "" ? "is no JSON link" : `has an unknown link type "${name}"`;
  return direction === "INLINK" || writable ? undefined : `a ${name} link cannot be written to`;
}

/** What EPICS refuses in the text of a link when a database is read; undefined for a good one. */
export function linkProblem(text: string, direction: LinkDirection): string | undefined {
  const trimmed = text.trim();
  const problem = trimmed.startsWith("#")
    ? hardwareProblem(trimmed.slice(1))
    : trimmed.startsWith("{") && trimmed.endsWith("}")
      ? jsonProblem(trimmed, direction)
      : undefined;
  return problem === undefined ? undefined : `the link "${text}" ${problem}`;
}
