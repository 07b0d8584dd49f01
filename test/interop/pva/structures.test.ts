import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  NTNDARRAY_TYPE,
  ntNdArrayValue,
  type PvaServer,
  pvInt,
  SharedPV,
  SharedPvProvider,
  scalarArray,
  structure,
} from "../../../src/pva/index.js";
import { startLoopbackServer } from "../../pva/support/loopback.js";
import { needsPython, runPython } from "../../support/python.js";

const FIELD_TYPE = structure("", { value: scalarArray("float"), sizex: pvInt, sizey: pvInt });

// Large enough to go out as a block of its own.
const WIDTH = 160;
const HEIGHT = 120;

const frame = (uniqueId: number) =>
  ntNdArrayValue({
    data: new Uint16Array(WIDTH * HEIGHT).fill(uniqueId),
    dimensions: [{ size: WIDTH }, { size: HEIGHT }],
    uniqueId,
    timeStamp: { seconds: 1_000_000_000, nanoseconds: 5 },
    attributes: [
      {
        name: "Theta",
        description: "angle",
        sourceType: "Driver",
        source: "",
        type: "Float64",
        value: 1.5,
      },
    ],
  });

describe("structures, read by real clients", needsPython, () => {
  const structures = new SharedPvProvider();
  const image = new SharedPV(NTNDARRAY_TYPE);
  const dark = new SharedPV(FIELD_TYPE, {}, { put: "post" });
  let server: PvaServer;
  let env: Readonly<Record<string, string>>;
  let camera: NodeJS.Timeout;

  before(async () => {
    structures.add("t:image", image);
    structures.add("t:dark", dark);
    ({ server, env } = await startLoopbackServer({ structures: [structures] }));
    let uniqueId = 0;
    image.post(frame(++uniqueId));
    camera = setInterval(() => image.post(frame(++uniqueId)), 20);
  });

  after(async () => {
    clearInterval(camera);
    await server.stop();
  });

  const python = async (program: string): Promise<unknown> => {
    const { code, stdout, stderr } = await runPython(program, { env, timeoutSeconds: 30 });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  };

  test("p4p sees every frame, in order", async () => {
    const seen = await python(`
import json, queue
from p4p.client.thread import Context
with Context('pva', nt=False) as context:
    frames = queue.Queue()
    subscription = context.monitor('t:image', frames.put)
    seen = [frames.get(timeout=10) for _ in range(20)]
    subscription.close()
    print(json.dumps([[int(f.uniqueId), int(f.value[0]), int(f.value[-1]), len(f.value), f.dimension[1].size] for f in seen]))
`);
    assert.ok(Array.isArray(seen));
    const first = Number(seen[0][0]);
    assert.deepEqual(
      seen,
      Array.from({ length: 20 }, (_, index) => [
        first + index,
        first + index,
        first + index,
        WIDTH * HEIGHT,
        HEIGHT,
      ]),
    );
  });

  test("p4p makes its image of an NTNDArray", async () => {
    const seen = await python(`
import json
from p4p.client.thread import Context
with Context('pva') as context:
    image = context.get('t:image', timeout=10)
    print(json.dumps([list(image.shape), str(image.dtype), image.attrib['Theta'], image.raw.timeStamp.secondsPastEpoch]))
`);
    assert.deepEqual(seen, [[HEIGHT, WIDTH], "uint16", 1.5, 1_631_152_000]);
  });

  test("pvapy sees every frame, in order", async () => {
    const seen = await python(`
import json, queue
import pvaccess
channel = pvaccess.Channel('t:image')
frames = queue.Queue()
channel.monitor(lambda frame: frames.put(frame['uniqueId']), '')
seen = [frames.get(timeout=10) for _ in range(20)]
channel.stopMonitor()
print(json.dumps(seen), flush=True)
import os; os._exit(0)
`);
    assert.ok(Array.isArray(seen));
    assert.deepEqual(
      seen,
      Array.from({ length: 20 }, (_, index) => Number(seen[0]) + index),
    );
  });

  test("pvapy reads the size of the image as tomoStream does", async () => {
    const seen = await python(`
import json, os
import pvaccess
image = pvaccess.Channel('t:image').get('')
print(json.dumps([image['dimension'][0]['size'], image['dimension'][1]['size'], len(image['value'][0]['ushortValue'])]), flush=True)
os._exit(0)
`);
    assert.deepEqual(seen, [WIDTH, HEIGHT, WIDTH * HEIGHT]);
  });

  test("a client puts a field of a custom structure and reads it back", async () => {
    const seen = await python(`
import json
from p4p.client.thread import Context
with Context('pva', nt=False) as context:
    context.put('t:dark', {'value': [1.5, 2.5], 'sizex': 2}, timeout=10)
    back = context.get('t:dark', timeout=10)
    print(json.dumps([[float(v) for v in back.value], back.sizex, back.sizey]))
`);
    assert.deepEqual(seen, [[1.5, 2.5], 2, 0]);
  });

  test("one post is one monitor event that names its fields", async () => {
    const poster = setInterval(() => dark.post({ value: Float32Array.of(7), sizex: 1, sizey: 1 }), 50);
    const seen = await python(`
import json, queue
from p4p.client.thread import Context
with Context('pva', nt=False) as context:
    events = queue.Queue()
    subscription = context.monitor('t:dark', events.put)
    seen = [events.get(timeout=10) for _ in range(3)][1:]
    subscription.close()
    print(json.dumps([sorted(event.changedSet()) for event in seen]))
`).finally(() => clearInterval(poster));
    assert.deepEqual(seen, [
      ["sizex", "sizey", "value"],
      ["sizex", "sizey", "value"],
    ]);
  });

  test("a put to a read-only structure is refused with a reason", async () => {
    const seen = await python(`
import json
from p4p.client.thread import Context
with Context('pva', nt=False) as context:
    try:
        context.put('t:image', {'uniqueId': 1}, timeout=10)
    except Exception as error:
        print(json.dumps(str(error)))
`);
    assert.match(String(seen), /read-only/);
  });
});
