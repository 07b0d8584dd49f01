import assert from "node:assert/strict";
import { test } from "node:test";
import { needsPython } from "../../support/python.js";
import { knownDifferences, loadCases } from "./loadCases.js";
import { compareLoads, type Loaded, recordDifferences } from "./reference.js";

/** What differs between the two IOCs after one case, a line each. */
function differences(reference: Loaded, ours: Loaded): string[] {
  if (reference.accepted === ours.accepted) return recordDifferences(reference, ours);
  const said = (who: string, { accepted, said }: Loaded) =>
    `${who} ${accepted ? "accepts it" : "refuses it"} (${said.trim()})`;
  return [`${said("Base", reference)}, ${said("ours", ours)}`];
}

test("files are accepted, refused and understood as EPICS Base does it", needsPython, async () => {
  const compared = await compareLoads(loadCases);
  const differing = compared.flatMap(({ reference, ours }, index) => {
    const name = loadCases[index]?.name ?? "";
    return differences(reference, ours).map((line) => ({ name, line }));
  });
  assert.deepEqual(
    differing.filter(({ name }) => !knownDifferences.has(name)).map(({ name, line }) => `${name}: ${line}`),
    [],
  );
  assert.deepEqual(
    [...knownDifferences.keys()].filter((name) => !differing.some((each) => each.name === name)),
    [],
    "differences that are none any more",
  );
});
