import type { RecordType } from "../../../../src/records/recordType.js";
import { type Changes, compare, type Step } from "../reference.js";
import { RandomDatabase } from "./database.js";
import { Random } from "./random.js";

export interface Outcome {
  /** All fields of the records in which anything changed on either side, counted after every action. */
  readonly readBacks: number;
  /** Those of them that changed themselves. */
  readonly changed: number;
  /** Those that read differently, each as a line that says after what. */
  readonly differences: readonly string[];
}

const isChanges = (answer: unknown): answer is Changes =>
  typeof answer === "object" && answer !== null && !Array.isArray(answer);

const recordOf = (field: string): string => field.split(".")[0] ?? field;

const describe = (change: Changes[string] | undefined): string =>
  change === undefined ? "unchanged" : JSON.stringify(change);

/** Makes a database and puts from a seed, and compares what they come to here and in EPICS Base. */
export async function randomPuts(
  seed: number,
  types: readonly RecordType[],
  actions: number,
): Promise<Outcome> {
  const random = new Random(seed);
  const database = new RandomDatabase(random, types);
  const { text, watched } = database;
  const steps: Step[] = [["idle"], ["changes"], ...random.list(actions, () => database.action()).flat()];
  const compared = await compare(text, steps, watched);
  const fieldsOf = new Map<string, number>();
  for (const name of watched) fieldsOf.set(recordOf(name), (fieldsOf.get(recordOf(name)) ?? 0) + 1);
  let readBacks = 0;
  let changed = 0;
  const differences: string[] = [];
  let doing = "start";
  for (const { step, reference, ours } of compared) {
    if (step[0] !== "changes") {
      if (step[0] !== "idle") doing = JSON.stringify(step);
      continue;
    }
    if (!isChanges(reference) || !isChanges(ours)) throw new Error("no changes answered");
    const names = new Set([...Object.keys(reference), ...Object.keys(ours)]);
    for (const record of new Set([...names].map(recordOf))) readBacks += fieldsOf.get(record) ?? 0;
    for (const name of names) {
      changed += 1;
      const theirs = describe(reference[name]);
      const mine = describe(ours[name]);
      // An array of ENUM has no text in EPICS Base.
      const same =
        reference[name]?.[1] === null ? mine.startsWith(theirs.slice(0, -"null]".length)) : mine === theirs;
      if (!same) differences.push(`after ${doing}: ${name}: Base ${theirs}, ours ${mine}`);
    }
  }
  return { readBacks, changed, differences };
}
