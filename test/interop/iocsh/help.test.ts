import assert from "node:assert/strict";
import { test } from "node:test";
import { needsPython } from "../../support/python.js";
import { compareShells, type Step } from "./reference.js";

/** The first line of a help text that is not empty: the name and the arguments. */
const usage = (help: string): string => help.split("\n").find((line) => line !== "") ?? "";

test("every command of EPICS Base is here, with its arguments", needsPython, async () => {
  const [listed] = await compareShells({ steps: [["line", "help"]] });
  const names = (listed?.base.stdout.split("\n\n")[0] ?? "").split(/\s+/).filter((name) => name !== "");
  assert.ok(names.length > 100, "EPICS Base lists its commands");
  const compared = await compareShells({ steps: names.map((name): Step => ["line", `help ${name}`]) });
  for (const { step, base, ours } of compared)
    assert.equal(usage(ours.stdout), usage(base.stdout), step[1] ?? "");
});
