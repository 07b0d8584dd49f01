import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type Answer, askOurs, type Step } from "../interop/records/reference.js";
import { repositoryRoot } from "../support/paths.js";

/** What was done to records of synApps's own code in an IOC of EPICS Base 7.0.10, and what it answered. */
interface Recorded {
  readonly name: string;
  readonly database: string;
  readonly steps: readonly Step[];
  readonly answers: readonly Answer[];
}

const load = (name: string): readonly Recorded[] =>
  JSON.parse(readFileSync(join(repositoryRoot, "test", "data", `synapps${name}Reference.json`), "utf8"));

/** Numbers with a fraction may differ in their last bits. */
const same = (ours: Answer | undefined, theirs: Answer): boolean =>
  JSON.stringify(ours) === JSON.stringify(theirs) ||
  (Array.isArray(ours) &&
    Array.isArray(theirs) &&
    ours.length === theirs.length &&
    theirs.every(
      (item, index) =>
        Math.abs(Number(ours[index]) - Number(item)) <= 1e-11 * Math.max(1, Math.abs(Number(item))),
    ));

for (const type of ["Transform", "Swait", "Scalcout", "Acalcout", "Sseq", "Busy", "Monitors"])
  for (const { name, database, steps, answers } of load(type))
    test(`${name}, as in synApps`, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), "tomoioc-synapps-"));
      t.after(() => rmSync(folder, { recursive: true }));
      const file = join(folder, "test.db");
      writeFileSync(file, database);
      const ours = await askOurs({ database: file, steps, watched: [] });
      const wrong = steps.flatMap((step, index) =>
        same(ours[index], answers[index] ?? null)
          ? []
          : [
              `step ${index}, ${step.join(" ")}: synApps ${JSON.stringify(answers[index])}, ours ${JSON.stringify(ours[index])}`,
            ],
      );
      assert.deepEqual(wrong, []);
    });
