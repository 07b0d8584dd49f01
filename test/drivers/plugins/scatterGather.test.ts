import assert from "node:assert/strict";
import { test } from "node:test";
import { NDPluginGather } from "../../../src/drivers/plugins/ndPluginGather.js";
import { NDPluginScatter } from "../../../src/drivers/plugins/ndPluginScatter.js";
import { NDPluginTransform } from "../../../src/drivers/plugins/ndPluginTransform.js";
import { collectIds, FrameSource, makeFrame, put, shown } from "./frames.js";
import { pluginRig } from "./rig.js";

type Rig = ReturnType<typeof pluginRig>;

const scatter = ({ add }: Rig, values: Readonly<Record<string, number>> = {}) =>
  add((setup) => new NDPluginScatter(setup), { ARRAY_CALLBACKS: 1, ...values }, { portName: "SCATTER" });

/** A plugin behind the scatterer, which keeps its frames in a queue for this turn of the event loop, or takes them at once. */
const receiver = ({ add }: Rig, portName: string, queueSize: number | "blocking") =>
  add(
    (setup) => new NDPluginTransform(setup),
    { ARRAY_CALLBACKS: 1 },
    queueSize === "blocking"
      ? { portName, arrayPort: "SCATTER" }
      : { portName, arrayPort: "SCATTER", blocking: false, queueSize },
  );

const emit = ({ pool, camera }: Rig, ...ids: number[]) => {
  for (const id of ids) camera.emit(makeFrame(pool, id));
};

test("each frame goes to one receiver, to each in turn", async (t) => {
  const rig = pluginRig(t);
  await scatter(rig);
  const receivers = [
    await receiver(rig, "A", "blocking"),
    await receiver(rig, "B", "blocking"),
    await receiver(rig, "C", "blocking"),
  ];
  const seen = receivers.map(collectIds);
  emit(rig, 1, 2, 3, 4, 5);
  assert.deepEqual(seen, [[1, 4], [2, 5], [3]]);
});

test("a receiver whose queue is full is left out; where all are full one loses the frame and counts it", async (t) => {
  const rig = pluginRig(t);
  await scatter(rig);
  const small = await receiver(rig, "A", 1);
  const large = await receiver(rig, "B", 3);
  emit(rig, 1, 2, 3, 4);
  assert.deepEqual([small.queueFree, large.queueFree], [0, 0]);
  emit(rig, 5);
  assert.equal(Number(shown(small, "DROPPED_ARRAYS")) + Number(shown(large, "DROPPED_ARRAYS")), 1);
});

test("a receiver that leaves gets nothing more, and without callbacks nobody does", async (t) => {
  const rig = pluginRig(t);
  const plugin = await scatter(rig);
  const [one, other] = [await receiver(rig, "A", "blocking"), await receiver(rig, "B", "blocking")];
  const seen = [collectIds(one), collectIds(other)];
  emit(rig, 1, 2);
  await put(one, "ENABLE_CALLBACKS", 0);
  emit(rig, 3, 4);
  await put(plugin, "ARRAY_CALLBACKS", 0);
  emit(rig, 5);
  assert.deepEqual(seen, [[1], [2, 3, 4]]);
});

test("frames of several ports are gathered", async (t) => {
  const rig = pluginRig(t);
  const second = new FrameSource("CAM2");
  rig.arrayPorts.add(second);
  const gather = await rig.add(
    (setup) => new NDPluginGather(setup, 3),
    { ARRAY_CALLBACKS: 1, NDARRAY_PORT: "CAM" },
    { portName: "GATHER", arrayPort: "" },
  );
  const third = gather.parameter("NDARRAY_PORT", 2);
  assert.ok(third?.type === "Octet");
  const seen = collectIds(gather);
  emit(rig, 1);
  second.emit(makeFrame(rig.pool, 2));
  assert.deepEqual(seen, [1]);
  await third.write("CAM2");
  second.emit(makeFrame(rig.pool, 3));
  emit(rig, 4);
  assert.deepEqual(seen, [1, 3, 4]);
  assert.equal(shown(gather, "NDARRAY_PORT"), "CAM");
  assert.equal(shown(gather, "ARRAY_COUNTER"), 3);
  await third.write("");
  second.emit(makeFrame(rig.pool, 5));
  assert.deepEqual(seen, [1, 3, 4]);
});

test("what was scattered is gathered again", async (t) => {
  const rig = pluginRig(t);
  await scatter(rig);
  await receiver(rig, "A", "blocking");
  await receiver(rig, "B", "blocking");
  const gather = await rig.add(
    (setup) => new NDPluginGather(setup, 2),
    { ARRAY_CALLBACKS: 1, NDARRAY_PORT: "A" },
    { portName: "GATHER", arrayPort: "" },
  );
  const second = gather.parameter("NDARRAY_PORT", 1);
  assert.ok(second?.type === "Octet");
  await second.write("B");
  const seen = collectIds(gather);
  emit(rig, 1, 2, 3, 4);
  assert.deepEqual(seen, [1, 2, 3, 4]);
});
