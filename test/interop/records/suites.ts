import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { needsPython } from "../../support/python.js";
import type { Known } from "./cases.js";
import { type Compared, compare, differences, type Step } from "./reference.js";

/** One of EPICS Base's own test programs, said again as steps that both IOCs take. */
export interface Suite {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** One test per suite; all share one database and one process of EPICS Base, and run in the order of the table. */
export function testSuites(
  title: string,
  database: string,
  suites: readonly Suite[],
  known: readonly Known[] = [],
  options: { pva?: boolean } = {},
): void {
  describe(title, needsPython, () => {
    let answers: Promise<Compared[]> | undefined;
    let from = 0;
    for (const { name, steps } of suites) {
      const start = from;
      from += steps.length;
      test(`${name}: ${steps.length} steps`, async () => {
        answers ??= compare(
          database,
          suites.flatMap((suite) => suite.steps),
          [],
          options,
        );
        const compared = (await answers).slice(start, start + steps.length);
        assert.deepEqual(unexpected(compared, known), []);
      });
    }
  });
}

/** The differences, each with the text that a link was given last. */
function unexpected(compared: readonly Compared[], known: readonly Known[]): string[] {
  let link = "";
  return compared.flatMap((each) => {
    const [action, name = "", text] = each.step;
    if (action === "put" && /\.(INP.?|OUT.?|LNK.|FLNK)$/.test(String(name))) link = ` (link ${text})`;
    const lines = differences([each]).map((line) => line + link);
    return lines.filter((line) => !known.some((one) => one.line.test(line)));
  });
}
