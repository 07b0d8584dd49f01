import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { PortRegistry } from "../../../src/drivers/asyn/portRegistry.js";
import type { SimulatedAxisOptions } from "../../../src/drivers/stage/axis.js";
import { motorDeviceSupport } from "../../../src/drivers/stage/motorDeviceSupport.js";
import { SimulatedStage } from "../../../src/drivers/stage/simulatedStage.js";
import { RecordEngine } from "../../../src/records/index.js";
import { database, events, values } from "../../records/support.js";
import { ManualClock } from "./manualClock.js";
import { MOTOR_FIELDS, motorEngine } from "./motorEngine.js";

// Numbers before a name are those of the semantics that clones get wrong. EPICS Base has no motor record: what the synApps
// one does is expected here of ours alone.

function rig(
  context: TestContext,
  fields: Record<string, string> = {},
  axis: Omit<SimulatedAxisOptions, "name"> = {},
) {
  const { clock, stage, engine } = motorEngine(context, { ACCL: "0.5", ...fields }, axis);
  const get = (...names: string[]) => names.map((name) => engine.get(`m1.${name}`));
  const put = (field: string, value: number | string) => {
    const result = engine.put(`m1.${field}`, value);
    assert.ok(result.ok, result.ok ? "" : result.error.message);
  };
  let completions = 0;
  const putNotify = (field: string, value: number) =>
    void engine.putNotify(`m1.${field}`, value).then(() => completions++);
  const settled = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return completions;
  };
  return { clock, stage, engine, get, put, putNotify, settled };
}

test("a move shows DMOV 0 and MOVN 1 until it ends at VAL", (context) => {
  const { clock, get, put } = rig(context);
  put("VAL", 20);
  assert.deepEqual(get("DMOV", "MOVN", "RBV"), [0, 1, 0]);
  clock.advance(1);
  assert.deepEqual(get("DMOV", "MOVN"), [0, 1]);
  clock.advance(10);
  assert.deepEqual(get("DMOV", "MOVN", "RBV", "DRBV", "RVAL", "RRBV"), [1, 0, 20, 20, 20000, 20000]);
});

test("a put-callback completes when DMOV returns to 1", async (context) => {
  const { clock, putNotify, settled } = rig(context);
  putNotify("VAL", 20);
  clock.advance(1);
  assert.equal(await settled(), 0);
  clock.advance(10);
  assert.equal(await settled(), 1);
});

test("a put-callback to where the motor already is completes at once", async (context) => {
  const { putNotify, settled } = rig(context);
  putNotify("VAL", 0);
  assert.equal(await settled(), 1);
});

test("66: a put of a target shows DMOV 0 before the record processes, also for a move of no length", (context) => {
  const { engine, put } = rig(context);
  const seen = events(engine, "m1.DMOV");
  put("VAL", 0);
  assert.deepEqual(values(seen), [0, 1]);
});

test("66: a disabled motor keeps DMOV 1 when a target is put", (context) => {
  const { engine, get, put } = rig(context, { DISA: "1" });
  const seen = events(engine, "m1.DMOV");
  put("VAL", 5);
  assert.deepEqual([values(seen), get("DMOV")], [[], [1]]);
});

test("66: a jog that begins nearer to the limit than JVEL is refused: LVIO, and JOGF goes back", (context) => {
  const { get, put } = rig(context, { DHLM: "4", DLLM: "-100" });
  put("JOGF", 1);
  assert.deepEqual(get("LVIO", "JOGF", "MOVN", "DMOV"), [1, 0, 0, 1]);
});

test("67: a target beyond the limits leaves VAL, DVAL and RVAL as they were and DMOV at 1", (context) => {
  const { get, put } = rig(context, { DHLM: "10", DLLM: "-10" });
  put("VAL", 11);
  assert.deepEqual(get("LVIO", "VAL", "DVAL", "RVAL", "DMOV", "MOVN"), [1, 0, 0, 0, 1, 0]);
});

test("67: a low limit above the high one refuses every target", (context) => {
  const { get, put } = rig(context, { DHLM: "-1", DLLM: "1" });
  put("VAL", 0.5);
  assert.deepEqual(get("LVIO", "VAL", "DMOV"), [1, 0, 1]);
});

test("68: a new DIR turns the user limits round", (context) => {
  const { get, put } = rig(context, { DHLM: "10", DLLM: "-2" });
  assert.deepEqual(get("HLM", "LLM"), [10, -2]);
  put("DIR", "Neg");
  assert.deepEqual(get("HLM", "LLM", "DHLM", "DLLM"), [2, -10, 10, -2]);
});

test("69: TWF and TWR step by TWV and go back to 0", (context) => {
  const { clock, get, put } = rig(context, { TWV: "2" });
  put("TWF", 1);
  clock.advance(10);
  assert.deepEqual(get("RBV", "TWF"), [2, 0]);
  put("TWR", 1);
  clock.advance(10);
  assert.deepEqual(get("RBV", "TWR", "DMOV"), [0, 0, 1]);
});

test("STOP ends a move within the deceleration time and completes its put-callback", async (context) => {
  const { clock, get, put, putNotify, settled } = rig(context);
  putNotify("VAL", 100);
  clock.advance(2);
  put("STOP", 1);
  assert.deepEqual(get("STOP", "DMOV"), [0, 0]);
  clock.advance(0.51);
  const [dmov, val, rbv] = get("DMOV", "VAL", "RBV");
  assert.equal(dmov, 1);
  assert.equal(val, rbv);
  assert.ok(Number(val) > 10 && Number(val) < 30);
  assert.equal(await settled(), 1);
});

test("a put-callback of JOGF 0 completes when the jog has stopped", async (context) => {
  const { clock, get, put, putNotify, settled } = rig(context);
  put("JOGF", 1);
  clock.advance(2);
  assert.deepEqual(get("DMOV", "MOVN", "JOGF"), [0, 1, 1]);
  putNotify("JOGF", 0);
  assert.equal(await settled(), 0);
  clock.advance(0.1);
  assert.equal(await settled(), 1);
  assert.deepEqual(get("DMOV", "VAL", "JOGF"), [1, get("RBV")[0] ?? 0, 0]);
});

test("a new JVEL changes the speed of a jog that goes on", (context) => {
  const { clock, stage, get, put } = rig(context);
  put("JOGF", 1);
  clock.advance(1);
  put("JVEL", 8);
  clock.advance(1);
  const before = stage.named("x").status.position;
  clock.advance(1);
  assert.ok(Math.abs(stage.named("x").status.position - before - 8) < 1e-9);
  assert.deepEqual(get("DMOV", "JOGF"), [0, 1]);
});

test("JOGR goes the other way, and a negative DIR turns user directions round", (context) => {
  const { clock, get, put, stage } = rig(context, { DIR: "Neg" });
  put("JOGR", 1);
  clock.advance(2);
  put("STOP", 1);
  clock.advance(1);
  assert.ok(Number(get("RBV")[0]) < 0);
  assert.ok(stage.named("x").status.position > 0);
  put("VAL", 7);
  clock.advance(10);
  assert.equal(stage.named("x").status.position, -7);
});

test("homing ends at zero and completes", async (context) => {
  const { clock, get, put, putNotify, settled } = rig(context);
  put("VAL", 750);
  clock.advance(100);
  putNotify("HOMF", 1);
  assert.deepEqual(get("HOMF", "DMOV"), [1, 0]);
  clock.advance(10);
  assert.equal(await settled(), 1);
  assert.deepEqual(get("HOMF", "DMOV", "VAL", "RBV", "ATHM"), [0, 1, 0, 0, 1]);
});

test("tweaks and relative moves go from the desired value", (context) => {
  const { clock, get, put } = rig(context);
  put("TWF", 1);
  clock.advance(5);
  assert.deepEqual(get("VAL", "RBV", "TWF"), [1, 1, 0]);
  put("TWV", 0.25);
  put("TWR", 1);
  clock.advance(5);
  assert.equal(get("RBV")[0], 0.75);
  put("RLV", 2);
  clock.advance(5);
  assert.deepEqual(get("RBV", "RLV"), [2.75, 0]);
});

test("a target beyond the soft limits is refused: LVIO, and VAL goes back", async (context) => {
  const { get, put, putNotify, settled } = rig(context, { DHLM: "10", DLLM: "-10" });
  putNotify("VAL", 11);
  assert.equal(await settled(), 1);
  assert.deepEqual(get("LVIO", "DMOV", "VAL", "DVAL"), [1, 1, 0, 0]);
  put("VAL", 5);
  assert.equal(get("LVIO")[0], 0);
});

test("a jog ends a second's way before the soft limit, with LVIO", (context) => {
  const { clock, get, put } = rig(context, { DHLM: "10", DLLM: "-10" });
  put("JOGF", 1);
  clock.advance(10);
  assert.deepEqual(get("DMOV", "JOGF", "LVIO"), [1, 0, 1]);
  const [rbv, val] = get("RBV", "VAL").map(Number);
  assert.equal(val, rbv);
  assert.ok(rbv !== undefined && rbv > 5 && rbv < 6, `RBV is ${rbv}`);
});

test("limits that are both 0 are none, other equal limits leave no room", (context) => {
  const free = rig(context, { DHLM: "0", DLLM: "0" });
  free.put("VAL", 1e5);
  assert.deepEqual(free.get("LVIO", "DMOV"), [0, 0]);
  const { get, put } = rig(context, { DHLM: "3", DLLM: "3" });
  put("VAL", 5);
  assert.deepEqual(get("LVIO", "DMOV", "VAL"), [1, 1, 0]);
});

const BACKLASH = { BDST: "1", BVEL: "2", BACC: "0.5" };

test("a move against the preferred direction goes BDST beyond and comes back at BVEL", async (context) => {
  const { clock, get, put, putNotify, settled, stage } = rig(context, BACKLASH);
  putNotify("VAL", -10);
  clock.advance(1.7);
  assert.ok(stage.named("x").status.position < -10.5);
  assert.equal(await settled(), 0);
  clock.advance(0.2);
  assert.deepEqual(get("DMOV", "MIP"), [0, 0x100]);
  clock.advance(5);
  assert.deepEqual(get("DMOV", "RBV", "MIP"), [1, -10, 0]);
  assert.equal(await settled(), 1);
  put("VAL", 10);
  const positions = Array.from({ length: 60 }, () => {
    clock.advance(0.1);
    return stage.named("x").status.position;
  });
  assert.deepEqual([Math.max(...positions), get("RBV")[0]], [10, 10]);
});

test("a short move in the preferred direction takes BVEL", (context) => {
  const { clock, get, put } = rig(context, BACKLASH);
  put("VAL", 0.9);
  clock.advance(0.5);
  assert.ok(Number(get("RBV")[0]) < 0.6);
});

test("a jog is followed by the backlash and ends where it came to rest", (context) => {
  const { clock, get, put } = rig(context, BACKLASH);
  put("JOGF", 1);
  clock.advance(2);
  put("JOGF", 0);
  clock.advance(0.06);
  const [rest] = get("VAL").map(Number);
  assert.deepEqual(get("DMOV"), [0]);
  clock.advance(5);
  assert.deepEqual(get("DMOV", "RBV"), [1, rest]);
});

const SLIPPING = { encoder: (position: number) => position * 0.99 };

test("by the encoder a move is repeated until it is within RDBD", (context) => {
  const { clock, get, put } = rig(context, { UEIP: "Yes", RDBD: "0.01" }, SLIPPING);
  put("VAL", 10);
  clock.advance(20);
  const [dmov, rcnt, miss, difference] = get("DMOV", "RCNT", "MISS", "DIFF").map(Number);
  assert.deepEqual([dmov, rcnt, miss], [1, 1, 0]);
  assert.ok(Math.abs(difference ?? 1) < 0.01);
});

test("after RTRY repetitions MISS says that the target was not reached", (context) => {
  const { clock, get, put } = rig(
    context,
    { UEIP: "Yes", RDBD: "0.01", RTRY: "2" },
    { encoder: (p) => p * 0.5 },
  );
  put("VAL", 10);
  clock.advance(30);
  assert.deepEqual(get("DMOV", "MISS", "RCNT", "VAL"), [1, 1, 3, 10]);
});

test("without UEIP the motor's steps tell the position, and nothing is repeated", (context) => {
  const { clock, get, put } = rig(context, { RDBD: "0.01" }, SLIPPING);
  put("VAL", 10);
  clock.advance(20);
  assert.deepEqual(get("DMOV", "RBV", "RRBV", "REP", "RCNT"), [1, 10, 10000, 9900, 0]);
});

test("positions are whole steps", (context) => {
  const { clock, get, put } = rig(context, { MRES: "0.25" });
  put("VAL", 10.1);
  clock.advance(20);
  assert.deepEqual(get("RBV", "RRBV", "VAL"), [10, 40, 10.1]);
});

test("a new target farther on waits for the first one; with NTM a target behind stops the motor", (context) => {
  const on = rig(context);
  on.put("VAL", 20);
  on.clock.advance(1);
  on.put("VAL", 30);
  on.clock.advance(1.6);
  assert.ok(Math.abs(on.stage.named("x").status.position - 20) < 1);
  on.clock.advance(5);
  assert.deepEqual(on.get("RBV", "DMOV"), [30, 1]);
  const back = rig(context);
  back.put("VAL", 200);
  back.clock.advance(2);
  back.put("VAL", 0);
  back.clock.advance(6);
  assert.deepEqual(back.get("RBV", "DMOV"), [0, 1]);
});

test("without NTM the motor goes to its first target before it turns back", (context) => {
  const { clock, get, put, stage } = rig(context, { NTM: "NO" });
  put("VAL", 20);
  clock.advance(1);
  put("VAL", 0);
  clock.advance(1.5);
  assert.equal(Math.round(stage.named("x").status.position), 20);
  clock.advance(5);
  assert.deepEqual(get("RBV", "DMOV"), [0, 1]);
});

test("HOMF is refused while the motor is being homed", (context) => {
  const { clock, engine, put } = rig(context);
  put("VAL", 750);
  clock.advance(100);
  put("HOMF", 1);
  assert.equal(engine.put("m1.HOMF", 1).ok, false);
});

test("CNEN switches position control, MSTA tells of it", (context) => {
  const { clock, get, put } = rig(context);
  assert.deepEqual(get("CNEN"), [1]);
  put("CNEN", 0);
  put("VAL", 5);
  clock.advance(5);
  assert.deepEqual([...get("CNEN", "RBV"), Number(get("MSTA")[0]) & 0x820], [0, 0, 0x800]);
  put("CNEN", 1);
  put("VAL", 6);
  clock.advance(5);
  assert.deepEqual(get("CNEN", "RBV"), [1, 6]);
});

test("a motor without position control is tried RTRY times and misses its target", async (context) => {
  const { get, put, putNotify, engine } = rig(context, { RTRY: "250" });
  put("CNEN", 0);
  putNotify("VAL", 3);
  for (let turns = 0; turns < 20 && engine.get("m1.DMOV") === 0; turns++)
    await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(get("DMOV", "MISS", "RCNT", "RBV"), [1, 1, 251, 0]);
});

test("a controller at zero is given the saved position at start, with RSTM Never it is not", (context) => {
  assert.deepEqual(rig(context, { DVAL: "12" }).get("RBV", "VAL", "DMOV"), [12, 12, 1]);
  assert.deepEqual(rig(context, { DVAL: "12", RSTM: "Never" }).get("RBV", "VAL"), [0, 0]);
});

test("HLSV is the severity of a limit switch", (context) => {
  const { clock, get, put } = rig(context, { HLSV: "MAJOR" }, { limits: { low: -5, high: 5 } });
  put("DHLM", 100);
  put("VAL", 50);
  clock.advance(20);
  assert.deepEqual(get("HLS", "DMOV", "SEVR", "STAT", "RBV"), [1, 1, 2, 4, 5]);
});

test("fields have the units and ranges of the motor record", (context) => {
  const { engine } = rig(context, { DHLM: "10", DLLM: "-10" });
  const of = (field: string) => engine.open(`m1.${field}`)?.properties();
  assert.deepEqual(
    ["VAL", "VELO", "JAR", "ACCL", "S", "UREV"].map((field) => of(field)?.units),
    ["mm", "mm/sec", "mm/s/s", "sec", "rev/sec", "mm/rev"],
  );
  assert.deepEqual(of("RRBV")?.display, { low: -10_000, high: 10_000 });
});

test("in Set mode VAL redefines the user position through OFF, limits follow", (context) => {
  const { get, put, stage } = rig(context, { DHLM: "10", DLLM: "-10" });
  put("SET", 1);
  put("VAL", 100);
  assert.deepEqual(get("OFF", "VAL", "RBV", "DVAL", "DMOV", "HLM", "LLM"), [100, 100, 100, 0, 1, 110, 90]);
  assert.equal(stage.named("x").status.position, 0);
});

test("in Set mode with a frozen offset the controller is told where it is", (context) => {
  const { get, put, stage } = rig(context, { FOFF: "Frozen" });
  put("SET", "Set");
  put("VAL", 3);
  assert.deepEqual(get("OFF", "VAL", "RBV", "DMOV"), [0, 3, 3, 1]);
  assert.equal(stage.named("x").status.position, 3);
});

test("user and dial limits follow each other through offset and direction", (context) => {
  const { get, put } = rig(context, { DHLM: "10", DLLM: "-5" });
  put("OFF", 1);
  assert.deepEqual(get("HLM", "LLM"), [11, -4]);
  put("DIR", "Neg");
  assert.deepEqual(get("HLM", "LLM"), [6, -9]);
  put("HLM", 3);
  assert.equal(get("DLLM")[0], -2);
});

test("speeds are held within VBAS and VMAX, S follows VELO and VELO follows S", (context) => {
  const { get, put } = rig(context, { VBAS: "1" });
  put("VELO", 80);
  assert.equal(get("VELO")[0], 50);
  put("VELO", 0.1);
  assert.equal(get("VELO")[0], 1);
  put("VELO", 20);
  assert.equal(get("S")[0], 100);
  put("S", 50);
  assert.equal(get("VELO")[0], 10);
});

test("a new target during a move is followed, and DMOV stays 0 until it is reached", (context) => {
  const { clock, get, put } = rig(context);
  put("VAL", 100);
  clock.advance(3);
  put("VAL", -5);
  assert.equal(get("DMOV")[0], 0);
  clock.advance(20);
  assert.deepEqual(get("DMOV", "RBV"), [1, -5]);
});

test("Pause keeps the target and Go takes it up again; Stop forgets it", (context) => {
  const { clock, get, put } = rig(context);
  put("VAL", 50);
  clock.advance(2);
  put("SPMG", "Pause");
  clock.advance(2);
  assert.deepEqual(get("MOVN", "VAL"), [0, 50]);
  put("SPMG", "Go");
  clock.advance(20);
  assert.deepEqual(get("DMOV", "RBV"), [1, 50]);
  put("VAL", 0);
  clock.advance(1);
  put("SPMG", "Stop");
  clock.advance(2);
  assert.deepEqual(get("DMOV", "VAL"), [1, get("RBV")[0] ?? 0]);
});

test("monitors hear each change once", (context) => {
  const { clock, engine, put } = rig(context);
  const dmov: unknown[] = [];
  const val: unknown[] = [];
  engine.open("m1.DMOV")?.subscribe(1, ({ sample }) => dmov.push(sample.value));
  engine.open("m1.VAL")?.subscribe(1, ({ sample }) => val.push(sample.value));
  put("VAL", 5);
  clock.advance(10);
  assert.deepEqual(dmov, [0, 1]);
  assert.deepEqual(val, [5]);
});

test("the forward link runs when a motion is over", (context) => {
  const clock = new ManualClock();
  const ports = new PortRegistry();
  ports.add(new SimulatedStage("STAGE", [{ name: "x", clock }]));
  const engine = new RecordEngine();
  engine.addDeviceSupport(motorDeviceSupport(ports));
  engine.load(
    database({
      m1: ["motor", { ...MOTOR_FIELDS, FLNK: "lo" }],
      lo: ["longout", { OMSL: "closed_loop", DOL: "m1.DMOV" }],
    }),
  );
  engine.iocInit();
  context.after(() => engine.stop());
  engine.put("m1", 5);
  assert.equal(engine.get("lo"), 0);
  clock.advance(10);
  assert.equal(engine.get("lo"), 1);
});

test("a motor without a controller is in alarm and says why", (context) => {
  const { engine, put, get } = rig(context, { OUT: "@asyn(NONE,0)" });
  put("VAL", 1);
  assert.deepEqual(get("SEVR", "STAT"), [3, 9]);
  assert.match(String(engine.get("m1.AMSG")), /"NONE" not found/);
});
