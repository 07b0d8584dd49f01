import assert from "node:assert/strict";
import { test } from "node:test";
import { NEVER } from "rxjs";
import { ArrayPorts } from "../../../src/drivers/ndarray/arrayPorts.js";
import type { NDAttribute } from "../../../src/drivers/ndarray/ndArray.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import { NDPluginCircularBuff } from "../../../src/drivers/plugins/ndPluginCircularBuff.js";
import { NDPluginStats } from "../../../src/drivers/plugins/ndPluginStats.js";
import { collectIds, FrameSource, makeFrame, put, shown, stringAttribute, waitFor } from "./frames.js";

async function buffer(preCount: number, options: { maximumFrames?: number } = {}) {
  const arrayPorts = new ArrayPorts();
  const pool = new NDArrayPool();
  const camera = new FrameSource("CAM");
  arrayPorts.add(camera);
  const setup = {
    portName: "CB1",
    queueSize: 50,
    blocking: false,
    arrayPort: "CAM",
    arrayAddress: 0,
    arrayPorts,
    pool,
  };
  const plugin = new NDPluginCircularBuff(setup, options.maximumFrames);
  arrayPorts.add(plugin);
  const ids = collectIds(plugin);
  await put(plugin, "CIRC_BUFF_PRE_TRIGGER", preCount);
  await put(plugin, "ENABLE_CALLBACKS", 1);
  const send = async (first: number, last: number) => {
    const before = Number(shown(plugin, "ARRAY_COUNTER"));
    for (let id = first; id <= last; id++) camera.emit(makeFrame(pool, id));
    await waitFor(plugin, "ARRAY_COUNTER", before + last - first + 1);
  };
  return { arrayPorts, camera, pool, plugin, ids, send };
}

test("the buffer fills, then wraps", async () => {
  const { plugin, send } = await buffer(3);
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  assert.equal(shown(plugin, "CIRC_BUFF_STATUS"), "Buffer filling");
  await send(1, 2);
  assert.equal(shown(plugin, "CIRC_BUFF_CURRENT_IMAGE"), 2);
  await send(3, 5);
  assert.equal(shown(plugin, "CIRC_BUFF_CURRENT_IMAGE"), 3);
  assert.equal(shown(plugin, "CIRC_BUFF_STATUS"), "Buffer Wrapping");
});

test("after a trigger the next frame brings the ring, oldest first, and then the frames that follow", async () => {
  const { plugin, ids, send } = await buffer(3);
  await put(plugin, "CIRC_BUFF_POST_TRIGGER", 2);
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  await send(1, 5);
  await put(plugin, "CIRC_BUFF_SOFT_TRIGGER", 1);
  assert.equal(shown(plugin, "CIRC_BUFF_TRIGGERED"), 1);
  assert.deepEqual(ids, []);
  await send(6, 8);
  await waitFor(plugin, "CIRC_BUFF_CONTROL", 0);
  assert.deepEqual(ids, [3, 4, 5, 6, 7]);
  assert.equal(shown(plugin, "CIRC_BUFF_STATUS"), "Acquisition Completed");
});

test("Trigger stays on when the acquisition is complete, until the next one", async () => {
  const { plugin, send } = await buffer(3);
  await put(plugin, "CIRC_BUFF_POST_TRIGGER", 1);
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  await put(plugin, "CIRC_BUFF_SOFT_TRIGGER", 1);
  await send(1, 1);
  await waitFor(plugin, "CIRC_BUFF_CONTROL", 0);
  assert.equal(shown(plugin, "CIRC_BUFF_SOFT_TRIGGER"), 1);
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  assert.equal(shown(plugin, "CIRC_BUFF_SOFT_TRIGGER"), 0);
});

test("frames go on whatever MaxByteRate and ArrayCallbacks are, and gaps between triggers are no disorder", async () => {
  const { plugin, ids, send } = await buffer(1);
  await put(plugin, "MAX_BYTE_RATE", 1);
  await put(plugin, "ARRAY_CALLBACKS", 0);
  await put(plugin, "CIRC_BUFF_PRESET_TRIGGER_COUNT", 2);
  await put(plugin, "CIRC_BUFF_POST_TRIGGER", 1);
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  for (const id of [1, 5]) {
    await put(plugin, "CIRC_BUFF_SOFT_TRIGGER", 1);
    await send(id, id);
    await waitFor(plugin, "CIRC_BUFF_ACTUAL_TRIGGER_COUNT", id === 1 ? 1 : 2);
  }
  assert.deepEqual(ids, [1, 5]);
  assert.equal(shown(plugin, "DISORDERED_ARRAYS"), 0);
  assert.equal(shown(plugin, "DROPPED_OUTPUT_ARRAYS"), 0);
});

test("with FlushOnSoftTrg Immediately the ring comes without waiting for a frame", async () => {
  const { plugin, ids, send } = await buffer(3);
  await put(plugin, "CIRC_BUFF_FLUSH_ON_SOFTTRIGGER", 1);
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  await send(1, 2);
  await put(plugin, "CIRC_BUFF_SOFT_TRIGGER", 1);
  await send(3, 4);
  assert.deepEqual(ids, [1, 2, 3, 4]);
});

test("several triggers follow one another when PresetTriggerCount allows", async () => {
  const { plugin, ids, send } = await buffer(1);
  await put(plugin, "CIRC_BUFF_PRESET_TRIGGER_COUNT", 2);
  await put(plugin, "CIRC_BUFF_POST_TRIGGER", 1);
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  await send(1, 1);
  await put(plugin, "CIRC_BUFF_SOFT_TRIGGER", 1);
  await send(2, 2);
  await waitFor(plugin, "CIRC_BUFF_ACTUAL_TRIGGER_COUNT", 1);
  await send(3, 3);
  await put(plugin, "CIRC_BUFF_SOFT_TRIGGER", 1);
  await send(4, 4);
  await waitFor(plugin, "CIRC_BUFF_CONTROL", 0);
  assert.deepEqual(ids, [1, 2, 3, 4]);
});

test("an expression over a frame's attributes is a trigger as well", async () => {
  const { plugin, ids, camera, pool } = await buffer(2);
  const temperature = (value: number): NDAttribute => ({
    ...stringAttribute("Temperature", ""),
    type: "Float64",
    value,
  });
  await put(plugin, "CIRC_BUFF_TRIGGER_A", "Temperature");
  await put(plugin, "CIRC_BUFF_TRIGGER_CALC", "A>300");
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  for (const [id, value] of [290, 300, 301].entries())
    camera.emit(makeFrame(pool, id + 1, { attributes: [temperature(value)] }));
  await waitFor(plugin, "CIRC_BUFF_POST_COUNT", 1);
  assert.deepEqual(ids, [1, 2, 3]);
  assert.equal(shown(plugin, "CIRC_BUFF_TRIGGER_A_VAL"), 301);
});

test("a trigger expression that is none is refused, and the attributes of frames are shown all the same", async () => {
  const { plugin, camera, pool } = await buffer(2);
  await assert.rejects(put(plugin, "CIRC_BUFF_TRIGGER_CALC", "A+"), /TriggerCalc "A\+"/);
  assert.equal(shown(plugin, "CIRC_BUFF_TRIGGER_CALC"), "A+");
  await put(plugin, "CIRC_BUFF_TRIGGER_A", "Angle");
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  const angle: NDAttribute = { ...stringAttribute("Angle", ""), type: "Float64", value: 1.5 };
  camera.emit(makeFrame(pool, 1, { attributes: [angle] }));
  await waitFor(plugin, "ARRAY_COUNTER", 1);
  assert.equal(shown(plugin, "CIRC_BUFF_TRIGGER_A_VAL"), 1.5);
  assert.equal(shown(plugin, "CIRC_BUFF_TRIGGERED"), 0);
});

test("an empty trigger expression is 0", async () => {
  const { plugin, send } = await buffer(2);
  await put(plugin, "CIRC_BUFF_TRIGGER_CALC", "1");
  await put(plugin, "CIRC_BUFF_POST_TRIGGER", 1);
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  await send(1, 1);
  assert.equal(shown(plugin, "CIRC_BUFF_TRIGGER_CALC_VAL"), 1);
  await put(plugin, "CIRC_BUFF_TRIGGER_CALC", "");
  assert.equal(shown(plugin, "CIRC_BUFF_TRIGGER_CALC"), "0");
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  await send(2, 2);
  assert.equal(shown(plugin, "CIRC_BUFF_TRIGGER_CALC_VAL"), 0);
});

test("a frame without the attribute triggers nothing", async () => {
  const { plugin, send } = await buffer(2);
  await put(plugin, "CIRC_BUFF_TRIGGER_CALC", "A>300");
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  await send(1, 1);
  assert.equal(shown(plugin, "CIRC_BUFF_TRIGGERED"), 0);
});

test("the ring outlives disabled callbacks", async () => {
  const { plugin, ids, send } = await buffer(3);
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  await send(1, 3);
  await put(plugin, "ENABLE_CALLBACKS", 0);
  await put(plugin, "CIRC_BUFF_SOFT_TRIGGER", 1);
  await put(plugin, "ENABLE_CALLBACKS", 1);
  await send(9, 9);
  await waitFor(plugin, "CIRC_BUFF_POST_COUNT", 1);
  assert.deepEqual(ids, [1, 2, 3, 9]);
});

test("stopping says so and starts with an empty ring the next time", async () => {
  const { plugin, send } = await buffer(3);
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  await send(1, 3);
  await put(plugin, "CIRC_BUFF_CONTROL", 0);
  assert.equal(shown(plugin, "CIRC_BUFF_STATUS"), "Acquisition Stopped");
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  assert.equal(shown(plugin, "CIRC_BUFF_CURRENT_IMAGE"), 0);
});

test("a pre-count of 0 drops frames", async () => {
  const { plugin } = await buffer(0);
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  assert.equal(shown(plugin, "CIRC_BUFF_STATUS"), "Dropping frames");
});

for (const [what, preCount, message] of [
  ["below zero", -1, "Invalid pre-count value"],
  ["beyond the plugin's buffers", 100, "Pre-count too high"],
] as const) {
  test(`a pre-count ${what} is refused`, async () => {
    const { plugin } = await buffer(3, { maximumFrames: 100 });
    await put(plugin, "CIRC_BUFF_PRE_TRIGGER", preCount);
    assert.equal(shown(plugin, "CIRC_BUFF_PRE_TRIGGER"), 3);
    assert.equal(shown(plugin, "CIRC_BUFF_STATUS"), message);
  });
}

test("the pre-count cannot change while capturing", async () => {
  const { plugin } = await buffer(3);
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  await put(plugin, "CIRC_BUFF_PRE_TRIGGER", 5);
  assert.equal(shown(plugin, "CIRC_BUFF_PRE_TRIGGER"), 3);
  assert.equal(shown(plugin, "CIRC_BUFF_STATUS"), "Stop acquisition to set pre-count");
});

test("a flush waits for a receiver whose queue is shorter than the ring", async () => {
  const { arrayPorts, pool, plugin, ids, send } = await buffer(20);
  const receiver = new NDPluginStats({
    portName: "STATS1",
    queueSize: 2,
    blocking: false,
    arrayPort: "CB1",
    arrayAddress: 0,
    arrayPorts,
    pool,
  });
  await put(receiver, "ENABLE_CALLBACKS", 1);
  await put(plugin, "CIRC_BUFF_POST_TRIGGER", 1);
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  await send(1, 20);
  await put(plugin, "CIRC_BUFF_SOFT_TRIGGER", 1);
  await send(21, 21);
  await waitFor(receiver, "ARRAY_COUNTER", 21);
  assert.equal(ids.length, 21);
  assert.equal(shown(receiver, "DROPPED_ARRAYS"), 0);
});

test("closing in the middle of a flush leaves no frame behind", async () => {
  const { pool, plugin, send } = await buffer(20);
  plugin.consumers.add({ queueFree: 0, queueFree$: NEVER });
  await put(plugin, "CIRC_BUFF_CONTROL", 1);
  await send(1, 20);
  await put(plugin, "CIRC_BUFF_SOFT_TRIGGER", 1);
  await send(21, 21);
  assert.equal(pool.inUse > 0, true);
  plugin.close();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(pool.inUse, 0);
});
