import type { LinkDirection } from "./linkDirection.js";
import { parseLink } from "./parseLink.js";

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

/** What EPICS refuses in the text of a link when a database is read; undefined for a good one. */
export function linkProblem(text: string, direction: LinkDirection): string | undefined {
  const trimmed = text.trim();
  if (trimmed.startsWith("#")) {
    const problem = hardwareProblem(trimmed.slice(1));
    return problem === undefined ? undefined : `the link "${text}" ${problem}`;
  }
  const parsed = parseLink(trimmed, direction);
  return parsed.kind === "bad" ? `the link "${text}": ${parsed.problem}` : undefined;
}
