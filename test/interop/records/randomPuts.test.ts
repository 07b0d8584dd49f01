import assert from "node:assert/strict";
import { test } from "node:test";
import { RecordEngine } from "../../../src/records/index.js";
import { needsPython } from "../../support/python.js";
import { readBaseDbd } from "./dbd.js";
import { type Outcome, randomPuts } from "./random/randomPuts.js";

const ACTIONS = 100;
const LEAST_EQUAL = 0.9;

/** TOMOIOC_SEED repeats a run; without it one seed is another each time. */
const seeds = process.env["TOMOIOC_SEED"]?.split(",").map(Number) ?? [
  1,
  Math.floor(Date.now() / 1000) % 1_000_000,
];

for (const seed of seeds)
  test(
    `random databases and puts come to what they do in EPICS Base: TOMOIOC_SEED=${seed}`,
    needsPython,
    async (t) => {
      const { recordTypes } = await readBaseDbd();
      const types = [...new RecordEngine().recordTypes.values()].filter(({ name }) => recordTypes.has(name));
      const outcome = await randomPuts(seed, types, ACTIONS);
      t.diagnostic(
        `seed ${seed}: ${percentage(outcome)} of ${outcome.readBacks} fields that changed read the same`,
      );
      for (const line of outcome.differences) t.diagnostic(line);
      assert.ok(
        outcome.differences.length <= (1 - LEAST_EQUAL) * outcome.readBacks,
        `only ${percentage(outcome)}; run again with TOMOIOC_SEED=${seed}\n${outcome.differences.slice(0, 40).join("\n")}`,
      );
    },
  );

function percentage({ readBacks, differences }: Outcome): string {
  return `${((1 - differences.length / readBacks) * 100).toFixed(3)} %`;
}
