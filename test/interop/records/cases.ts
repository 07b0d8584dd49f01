import assert from "node:assert/strict";
import { test } from "node:test";
import { needsPython } from "../../support/python.js";
import { compare, differences, type Step } from "./reference.js";

/** The fields that tell what a record made of a put. */
export const observed = (record: string, ...more: string[]): Step[] =>
  ["VAL", "SEVR", "STAT", "AMSG", "UDF", ...more].map((field): Step => ["get", `${record}.${field}`]);

/** One group of records, and what is done to them: puts, each followed by looks at the records named. */
export interface Case {
  readonly name: string;
  readonly database: string;
  readonly look: readonly Step[];
  readonly puts: readonly (readonly [pv: string, value: string] | "settle")[];
}

/** A difference on purpose, and why. */
export interface Known {
  readonly line: RegExp;
  readonly reason: string;
}

/** What goes on by itself is looked at once it has settled. */
const stepsOf = ({ look, puts }: Case): Step[] =>
  puts.flatMap((put, index): Step[] => [
    put === "settle" ? ["settle"] : ["put", put[0], put[1]],
    ...(puts[index + 1] === "settle" ? [] : look),
  ]);

/** One test per case: the same puts do the same here and in EPICS Base. */
export function testCases(cases: readonly Case[], known: readonly Known[] = []): void {
  for (const each of cases)
    test(`puts do what they do in EPICS Base: ${each.name}`, needsPython, async () => {
      const compared = await compare(each.database, [...each.look, ...stepsOf(each)]);
      const unexpected = differences(compared).filter((line) => !known.some((one) => one.line.test(line)));
      assert.deepEqual(unexpected, []);
    });
}
