import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAcf } from "../../../src/records/security/index.js";
import { running } from "../support.js";

test("writes by clients whose rule says TRAPWRITE are told before and after", async (context) => {
  const engine = running(context, { a: ["ao", { VAL: "1" }] });
  const parsed = parseAcf("UAG(ops) {alice} ASG(DEFAULT) {RULE(1,WRITE,TRAPWRITE) {UAG(ops)} RULE(1,WRITE)}");
  assert.ok(parsed.ok);
  engine.accessSecurity.use(parsed.value.configuration, () => assert.fail("no inputs"));
  const told: string[] = [];
  engine.accessSecurity.trapWrites.listen(({ client, channel, value }) => {
    told.push(`${client.user}@${client.host} ${channel.name} ${channel.read().value} -> ${value.value}`);
    return () => void told.push(`now ${channel.read().value}`);
  });
  const alice = engine.open("a", { user: "alice", host: "here" });
  alice?.write({ type: "DOUBLE", value: 2 });
  await alice?.writeNotify({ type: "DOUBLE", value: 3 });
  engine.open("a", { user: "bob", host: "here" })?.write({ type: "DOUBLE", value: 4 });
  engine.put("a", 5);
  assert.deepEqual(told, ["alice@here a 1 -> 2", "now 2", "alice@here a 2 -> 3", "now 3"]);
});
