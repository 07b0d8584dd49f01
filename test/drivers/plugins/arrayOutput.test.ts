import assert from "node:assert/strict";
import { test } from "node:test";
import { NDPluginAttribute } from "../../../src/drivers/plugins/ndPluginAttribute.js";
import { NDPluginStats } from "../../../src/drivers/plugins/ndPluginStats.js";
import { NDPluginTransform } from "../../../src/drivers/plugins/ndPluginTransform.js";
import { ORIENTATIONS } from "../../../src/drivers/plugins/orientation.js";
import { collectIds, makeFrame, put, shown, stringAttribute, waitFor } from "./frames.js";
import { pluginRig } from "./rig.js";

const stats = (setup: ConstructorParameters<typeof NDPluginStats>[0]) => new NDPluginStats(setup);

test("frames that come out of order are counted", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const plugin = await add(stats, { ARRAY_CALLBACKS: 1 });
  for (const id of [1, 2, 4, 3]) camera.emit(makeFrame(pool, id));
  assert.equal(shown(plugin, "DISORDERED_ARRAYS"), 2);
});

test("with SortMode frames come out by their ids, and what is missing is waited for so long only", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const values = { ARRAY_CALLBACKS: 1, SORT_MODE: 1, SORT_TIME: 0.02, SORT_SIZE: 3 };
  const plugin = await add(stats, values);
  const ids = collectIds(plugin);
  for (const id of [5, 3, 4, 9]) camera.emit(makeFrame(pool, id));
  assert.deepEqual([shown(plugin, "SORT_FREE"), shown(plugin, "DROPPED_OUTPUT_ARRAYS")], [0, 1]);
  await waitFor(plugin, "SORT_FREE", 3);
  camera.emit(makeFrame(pool, 6));
  camera.emit(makeFrame(pool, 8));
  camera.emit(makeFrame(pool, 7));
  assert.deepEqual(ids, [3, 4, 5, 6, 7]);
  await waitFor(plugin, "SORT_FREE", 3);
  assert.deepEqual(ids, [3, 4, 5, 6, 7, 8]);
  assert.equal(shown(plugin, "DISORDERED_ARRAYS"), 0);
});

test("the pool can be filled before a scan and emptied after it", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const plugin = await add(stats);
  camera.emit(makeFrame(pool, 1, { sizeX: 1024, sizeY: 512 }));
  await put(plugin, "POOL_NUM_PRE_ALLOC_BUFFERS", 4);
  await put(plugin, "POOL_PRE_ALLOC_BUFFERS", 1);
  assert.equal(shown(plugin, "POOL_PRE_ALLOC_BUFFERS"), 0);
  const figures = () =>
    ["POOL_ALLOC_BUFFERS", "POOL_FREE_BUFFERS", "POOL_USED_MEMORY"].map((name) => shown(plugin, name));
  // The plugin holds the last frame.
  assert.deepEqual(figures(), [5, 4, 5]);
  await put(plugin, "POOL_EMPTY_FREELIST", 1);
  assert.deepEqual(figures(), [1, 0, 1]);
});

test("NumThreads is between 1 and MaxThreads: another number is refused, and the nearest taken", async (t) => {
  const { add } = pluginRig(t);
  const plugin = await add(stats, {}, { maxThreads: 5 });
  await put(plugin, "NUM_THREADS", 3);
  assert.equal(shown(plugin, "NUM_THREADS"), 3);
  for (const [asked, taken] of [
    [9, 5],
    [0, 1],
  ] as const) {
    await assert.rejects(put(plugin, "NUM_THREADS", asked), /not between 1 and MaxThreads 5/);
    assert.equal(shown(plugin, "NUM_THREADS"), taken);
  }
});

test("a QueueSize below 1 is refused, and 1 taken", async (t) => {
  const { add } = pluginRig(t);
  const plugin = await add(stats);
  await assert.rejects(put(plugin, "QUEUE_SIZE", 0), /QueueSize 0 is less than 1/);
  assert.deepEqual([shown(plugin, "QUEUE_SIZE"), shown(plugin, "QUEUE_FREE")], [1, 1]);
});

test("a transform shows the size of the image that it makes, along x and y", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const plugin = await add((setup) => new NDPluginTransform(setup));
  const size = () => ["X", "Y", "Z"].map((axis) => shown(plugin, `ARRAY_SIZE_${axis}`));
  camera.emit(makeFrame(pool, 1, { sizeX: 3, sizeY: 2 }));
  assert.deepEqual(size(), [3, 2, 0]);
  await put(plugin, "TRANSFORM_TYPE", ORIENTATIONS.indexOf("Rot90"));
  camera.emit(makeFrame(pool, 2, { sizeX: 3, sizeY: 2 }));
  assert.deepEqual(size(), [2, 3, 0]);
});

test("without an attributes file NDAttributesStatus stays what it was", async (t) => {
  const { add } = pluginRig(t);
  const plugin = await add(stats);
  await put(plugin, "ND_ATTRIBUTES_FILE", "");
  assert.equal(shown(plugin, "ND_ATTRIBUTES_STATUS"), 1);
  await put(plugin, "ND_ATTRIBUTES_FILE", "<Attributes></Attributes>");
  await put(plugin, "ND_ATTRIBUTES_FILE", "");
  assert.equal(shown(plugin, "ND_ATTRIBUTES_STATUS"), 0);
});

test("a transform turns frames clockwise and mirrors them", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const plugin = await add((setup) => new NDPluginTransform(setup), { ARRAY_CALLBACKS: 1 });
  const seen: Record<string, readonly [string, string]> = {};
  plugin.arrays$.subscribe(({ data, dimensions }) => {
    const name = ORIENTATIONS[Number(shown(plugin, "TRANSFORM_TYPE"))] ?? "";
    seen[name] = [dimensions.map(({ size }) => size).join("x"), Array.from(data, Number).join(" ")];
  });
  for (let type = 0; type < ORIENTATIONS.length; type++) {
    await put(plugin, "TRANSFORM_TYPE", type);
    camera.emit(makeFrame(pool, 1, { sizeX: 3, sizeY: 2 }));
  }
  assert.deepEqual(seen, {
    None: ["3x2", "1 2 3 4 5 6"],
    Rot90: ["2x3", "4 1 5 2 6 3"],
    Rot180: ["3x2", "6 5 4 3 2 1"],
    Rot270: ["2x3", "3 6 2 5 1 4"],
    Mirror: ["3x2", "3 2 1 6 5 4"],
    Rot90Mirror: ["2x3", "1 4 2 5 3 6"],
    Rot180Mirror: ["3x2", "4 5 6 1 2 3"],
    Rot270Mirror: ["2x3", "6 3 5 2 4 1"],
  });
});

test("the attribute plugin shows attributes and figures of each frame as numbers, and sums them", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const plugin = await add((setup) => new NDPluginAttribute(setup, 3));
  const names = ["NDArrayUniqueId", "Angle", "Text"];
  for (const [address, name] of names.entries()) {
    const parameter = plugin.parameter("ATTR_ATTRNAME", address);
    assert.ok(parameter?.type === "Octet");
    await (parameter as { write(text: string): void | Promise<void> }).write(name);
  }
  const attributes = (angle: number) => [
    { ...stringAttribute("Angle", ""), type: "Float64" as const, value: angle },
    stringAttribute("Text", "no number"),
  ];
  camera.emit(makeFrame(pool, 5, { attributes: attributes(1.5) }));
  camera.emit(makeFrame(pool, 7, { attributes: attributes(2) }));
  const values = (name: string) => [0, 1, 2].map((address) => plugin.parameter(name, address)?.value);
  assert.deepEqual(values("ATTR_VAL"), [7, 2, 0]);
  assert.deepEqual(values("ATTR_VAL_SUM"), [12, 3.5, 0]);
  await put(plugin, "ATTR_RESET", 1);
  assert.deepEqual(values("ATTR_VAL_SUM"), [0, 0, 0]);
});

test("a plugin's attribute file is stamped on what it gives out, its own figures of that frame included", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const plugin = await add(stats, { ARRAY_CALLBACKS: 1, COMPUTE_STATISTICS: 1 });
  const xml = `<Attributes>
    <Attribute name="Total" type="PARAM" source="TOTAL" datatype="DOUBLE" description="sum of pixels"/>
    <Attribute name="Place" type="CONST" source="hutch B" datatype="STRING" description=""/>
  </Attributes>`;
  await put(plugin, "ND_ATTRIBUTES_FILE", xml);
  assert.equal(shown(plugin, "ND_ATTRIBUTES_STATUS"), 0);
  const seen: Record<string, unknown>[] = [];
  plugin.arrays$.subscribe((frame) => {
    frame.retain().release();
    seen.push(Object.fromEntries(frame.attributes.map(({ name, value }) => [name, value])));
  });
  const attributes = [stringAttribute("Place", "hutch A"), stringAttribute("Sample", "rock")];
  camera.emit(makeFrame(pool, 1, { fill: () => 2, attributes }));
  assert.deepEqual(seen, [{ Sample: "rock", Total: 24, Place: "hutch B" }]);
});
