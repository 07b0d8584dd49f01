import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { charsToText } from "../../src/channel/text.js";
import { SimulatedStage } from "../../src/drivers/stage/simulatedStage.js";
import { createIoc } from "../../src/ioc/ioc.js";
import { becomes } from "../records/support.js";

/** An IOC with two motors, and what its shell says to a line. */
async function rig(context: TestContext) {
  let printed = "";
  const sink = { write: (text: string) => (printed += text) };
  const ioc = createIoc({ streams: { stdout: sink, stderr: sink } });
  context.after(() => ioc.stop());
  ioc.ports.add(new SimulatedStage("STAGE", [{ name: "x" }, { name: "y" }]));
  const said = async (line: string) => {
    printed = "";
    await ioc.shell.runLine(line);
    return printed;
  };
  for (const [motor, axis] of [
    ["m1", 0],
    ["m2", 1],
  ])
    await said(`dbLoadRecords("motor.yaml", "P=t:,M=${motor},PORT=STAGE,ADDR=${axis},VELO=1")`);
  return { ioc, engine: ioc.engine, said };
}

test("motorUtil counts the motors that move, and its button stops them all", async (context) => {
  const { engine, said } = await rig(context);
  await said('dbLoadRecords("motorUtil.db", "P=t:")');
  engine.iocInit();
  assert.equal(await said('motorUtilInit("t:")'), "");
  assert.deepEqual([engine.get("t:alldone"), engine.get("t:moving")], [1, 0]);
  engine.put("t:m1", 1000);
  engine.put("t:m2", -1000);
  await becomes(engine, "t:moving", 2);
  assert.equal(engine.getString("t:alldone"), "moving");
  assert.equal(charsToText(engine.get("t:movingDiff") as Uint8Array), "+t:m2");
  assert.match(await said("listMovingMotors"), /\nt:m1\nt:m2\n$/);
  engine.put("t:allstop", "stop");
  await becomes(engine, "t:moving", 0);
  assert.deepEqual(
    ["t:alldone", "t:allstop", "t:m1.DMOV", "t:m2.DMOV"].map((pv) => engine.getString(pv)),
    ["done", "release", "1", "1"],
  );
  assert.ok(Number(engine.get("t:m1.RBV")) < 1000);
  assert.match(await said('motorUtilInit("t:")'), /already initialized/);
});

test("motorUtil names the record that is not there", async (context) => {
  const { engine, said } = await rig(context);
  engine.iocInit();
  assert.match(await said('motorUtilInit("t:")'), /no record t:allstop/);
});
