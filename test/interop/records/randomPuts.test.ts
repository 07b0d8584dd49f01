import assert from "node:assert/strict";
import { test } from "node:test";
import { RecordEngine } from "../../../src/records/index.js";
import type { RecordType } from "../../../src/records/recordType.js";
import { needsPython } from "../../support/python.js";
import { readBaseDbd } from "./dbd.js";
import { type Outcome, randomPuts } from "./random/randomPuts.js";

const ACTIONS = 60;
const LEAST_EQUAL = 0.995;

/** TOMOIOC_SEED=7 or =7,8 repeats a run; without it the last seed is another each time. */
const seeds = process.env["TOMOIOC_SEED"]?.split(",").map(Number) ?? [
  1,
  18,
  21,
  Math.floor(Date.now() / 1000) % 1_000_000,
];

test(
  "random puts to random databases of every record type come to what they do in EPICS Base",
  needsPython,
  async (t) => {
    const { recordTypes } = await readBaseDbd();
    const types = [...new RecordEngine().recordTypes.values()].filter(({ name }) => recordTypes.has(name));
    let readBacks = 0;
    const differences: string[] = [];
    for (const seed of seeds) {
      const { outcome, used } = await fromSeed(seed, types);
      t.diagnostic(`TOMOIOC_SEED=${used}: ${describe(outcome)}`);
      readBacks += outcome.readBacks;
      differences.push(...outcome.differences.map((line) => `TOMOIOC_SEED=${used} ${line}`));
    }
    for (const line of differences.slice(0, 100)) t.diagnostic(line);
    assert.ok(
      differences.length <= (1 - LEAST_EQUAL) * readBacks,
      `${differences.length} of ${readBacks} fields read differently\n${differences.slice(0, 40).join("\n")}`,
    );
  },
);

/** Now and then a database goes on by itself for ever, so that Base's IOC does not answer: another seed takes its place. */
async function fromSeed(
  seed: number,
  types: readonly RecordType[],
): Promise<{ outcome: Outcome; used: number }> {
  try {
    return { outcome: await randomPuts(seed, types, ACTIONS), used: seed };
  } catch (error) {
    if (!String(error).includes("gave no answer")) throw error;
    return { outcome: await randomPuts(seed + 1, types, ACTIONS), used: seed + 1 };
  }
}

function describe({ readBacks, changed, differences }: Outcome): string {
  const percentage = ((1 - differences.length / readBacks) * 100).toFixed(3);
  return `${percentage} % of ${readBacks} fields of touched records read the same; ${changed} had changed, ${differences.length} differ`;
}
