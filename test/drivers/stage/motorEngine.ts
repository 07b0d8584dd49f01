import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { PortRegistry } from "../../../src/drivers/asyn/portRegistry.js";
import type { SimulatedAxisOptions } from "../../../src/drivers/stage/axis.js";
import { motorDeviceSupport } from "../../../src/drivers/stage/motorDeviceSupport.js";
import { SimulatedStage } from "../../../src/drivers/stage/simulatedStage.js";
import { RecordEngine } from "../../../src/records/index.js";
import { database } from "../../records/support.js";
import { ManualClock } from "./manualClock.js";

export const MOTOR_FIELDS = {
  DTYP: "asynMotor",
  OUT: "@asyn(STAGE,0)",
  VELO: "10",
  VMAX: "50",
  MRES: "0.001",
  EGU: "mm",
  PREC: "3",
  TWV: "1",
  JVEL: "5",
  JAR: "100",
  HVEL: "20",
};

/** An engine with a motor record `m1` on a simulated axis whose time the test moves. */
export function motorEngine(
  context: TestContext,
  fields: Readonly<Record<string, string>>,
  axis: Omit<SimulatedAxisOptions, "name">,
) {
  const clock = new ManualClock();
  const ports = new PortRegistry();
  const stage = ports.add(new SimulatedStage("STAGE", [{ name: "x", clock, ...axis }]));
  const engine = new RecordEngine();
  engine.addDeviceSupport(motorDeviceSupport(ports));
  assert.deepEqual(engine.load(database({ m1: ["motor", { ...MOTOR_FIELDS, ...fields }] })), []);
  engine.iocInit();
  context.after(() => {
    engine.stop();
    ports.close();
  });
  return { clock, stage, engine };
}
