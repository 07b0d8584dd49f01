import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { PortRegistry } from "../../../src/drivers/asyn/portRegistry.js";
import { ArrayPorts, ImageStreams } from "../../../src/drivers/ndarray/arrayPorts.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import {
  NDPvaConfigure,
  NDROIConfigure,
  NDStdArraysConfigure,
  type PluginContext,
} from "../../../src/drivers/plugins/configure.js";
import { readNtNdArray, SharedPvProvider } from "../../../src/pva/index.js";
import { FrameSource, makeFrame, put, shown, stringAttribute } from "./frames.js";

const IMAGE = "t:Pva1:Image";
const common = { queueSize: 10, blockingCallbacks: 1, arrayPort: "CAM", arrayAddress: 0 };

function context(t: TestContext) {
  const made: PluginContext = {
    ports: new PortRegistry(),
    arrayPorts: new ArrayPorts(),
    imageStreams: new ImageStreams(),
    pool: new NDArrayPool(),
    sharedPvs: new SharedPvProvider(),
  };
  const camera = new FrameSource("CAM");
  made.arrayPorts.add(camera);
  t.after(() => made.ports.close());
  return { ...made, camera };
}

test("the image exists with two axes before the first frame", (t) => {
  const made = context(t);
  NDPvaConfigure(made, { portName: "PVA1", ...common, pvName: IMAGE });
  const image = readNtNdArray(made.sharedPvs.get(IMAGE)?.value ?? {});
  assert.deepEqual(image?.sizes, [0, 0]);
});

test("each frame becomes the NTNDArray of its pvAccess name", async (t) => {
  const made = context(t);
  const plugin = NDPvaConfigure(made, { portName: "PVA1", ...common, pvName: IMAGE });
  await put(plugin, "ENABLE_CALLBACKS", 1);
  made.camera.emit(makeFrame(made.pool, 5, { attributes: [stringAttribute("Lens", "5x")] }));
  const image = readNtNdArray(made.sharedPvs.get(IMAGE)?.value ?? {});
  assert.deepEqual(
    [
      image?.uniqueId,
      image?.sizes,
      image?.data[11],
      image?.attributes.get("Lens"),
      image?.dataTimeStamp?.seconds,
    ],
    [5, [4, 3], 16, "5x", 1005],
  );
});

test("a consumer in this process gets the frames themselves", async (t) => {
  const made = context(t);
  const plugin = NDPvaConfigure(made, { portName: "PVA1", ...common, pvName: IMAGE });
  const ids: number[] = [];
  made.imageStreams.get(IMAGE)?.subscribe((frame) => ids.push(frame.uniqueId));
  await put(plugin, "ENABLE_CALLBACKS", 1);
  made.camera.emit(makeFrame(made.pool, 5));
  assert.deepEqual(ids, [5]);
});

test("a closed publication holds no frame and serves no name", async (t) => {
  const made = context(t);
  const plugin = NDPvaConfigure(made, { portName: "PVA1", ...common, pvName: IMAGE });
  await put(plugin, "ENABLE_CALLBACKS", 1);
  made.camera.emit(makeFrame(made.pool, 5));
  plugin.close();
  assert.equal(made.pool.inUse, 0);
  assert.equal(made.sharedPvs.has(IMAGE), false);
});

test("the image is shown in every array type that was asked for", async (t) => {
  const made = context(t);
  const plugin = NDStdArraysConfigure(made, { portName: "IMAGE1", ...common });
  const bytes = plugin.parameter("STD_ARRAY_DATA", 0, "Int8Array");
  const doubles = plugin.parameter("STD_ARRAY_DATA", 0, "Float64Array");
  const longs = plugin.parameter("STD_ARRAY_DATA", 0, "Int64Array");
  await put(plugin, "ENABLE_CALLBACKS", 1);
  made.camera.emit(makeFrame(made.pool, 250, { sizeX: 2, sizeY: 1, dataType: "UInt8" }));
  assert.deepEqual(bytes?.value, Uint8Array.of(250, 251));
  assert.deepEqual(doubles?.value, Float64Array.of(250, 251));
  assert.deepEqual(longs?.value, BigInt64Array.of(250n, 251n));
  made.camera.emit(makeFrame(made.pool, 7, { sizeX: 2, sizeY: 1, dataType: "UInt64" }));
  assert.deepEqual(longs?.value, BigUint64Array.of(7n, 8n));
});

test("a port name that is taken is refused", (t) => {
  const made = context(t);
  NDROIConfigure(made, { portName: "ROI1", ...common });
  assert.throws(() => NDROIConfigure(made, { portName: "ROI1", ...common }), /"ROI1" exists already/);
});

test("a queue size of 0 means the default", (t) => {
  const made = context(t);
  const plugin = NDROIConfigure(made, { portName: "ROI1", ...common, queueSize: 0 });
  assert.equal(shown(plugin, "QUEUE_SIZE"), 20);
});
