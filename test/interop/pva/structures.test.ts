import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  isPvStructure,
  NTNDARRAY_TYPE,
  ntNdArrayValue,
  type PvaServer,
  type PvStructure,
  PvUnion,
  PvVariant,
  pvBoolean,
  pvDouble,
  pvInt,
  pvString,
  pvVariant,
  pvVariantArray,
  type RpcAnswer,
  SharedPV,
  SharedPvProvider,
  scalarArray,
  structure,
  structureArray,
  union,
  unionArray,
} from "../../../src/pva/index.js";
import { startLoopbackServer } from "../../pva/support/loopback.js";
import { needsPython, runPython } from "../../support/python.js";

const FIELD_TYPE = structure("", { value: scalarArray("float"), sizex: pvInt, sizey: pvInt });

const CHOICE = union("", { number: pvDouble, text: pvString, list: scalarArray("int") });
const POINT = structure("point_t", { x: pvDouble, name: pvString });

/** Fields of all kinds but the one that pvxs reads and does not write back: an array of unions. */
const EVERYTHING_TYPE = structure("everything_t", {
  flag: pvBoolean,
  flags: scalarArray("boolean"),
  big: scalarArray("ulong"),
  words: scalarArray("string"),
  choice: CHOICE,
  any: pvVariant,
  anys: pvVariantArray,
  points: structureArray(POINT),
  inner: structure("", { point: POINT }),
});

const everything = {
  flag: true,
  flags: [true, false],
  big: BigUint64Array.of(2n ** 64n - 1n, 0n),
  words: ["a", "", "grüße"],
  choice: new PvUnion("text", "chosen"),
  any: new PvVariant(POINT, { x: 2, name: "two" }),
  anys: [new PvVariant(pvInt, 7), null, new PvVariant(pvString, "seven")],
  points: [{ x: 1, name: "one" }, null, { x: 3, name: "three" }],
  inner: { point: { x: 4, name: "four" } },
};

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

const CHOICES_TYPE = structure("", { value: unionArray(CHOICE) });
const choices = { value: [new PvUnion("number", 1.5), null, new PvUnion("list", Int32Array.of(1, -2))] };

const SUM = structure("epics:nt/NTScalar:1.0", { value: pvDouble });

function add({ query }: PvStructure): RpcAnswer {
  const { lhs, rhs } = isPvStructure(query) ? query : {};
  if (typeof lhs !== "number" || typeof rhs !== "number") throw new Error("lhs and rhs are needed");
  return { type: SUM, value: { value: lhs + rhs } };
}

describe("structures, read by real clients", needsPython, () => {
  const structures = new SharedPvProvider();
  const image = new SharedPV(NTNDARRAY_TYPE);
  const dark = new SharedPV(FIELD_TYPE, {}, { put: "post" });
  let returned: PvStructure | undefined;
  const takeBack = (argument: PvStructure): RpcAnswer => {
    returned = argument;
    return { type: SUM, value: {} };
  };
  let server: PvaServer;
  let env: Readonly<Record<string, string>>;
  let camera: NodeJS.Timeout;

  before(async () => {
    structures.add("t:image", image);
    structures.add("t:dark", dark);
    structures.add("t:everything", new SharedPV(EVERYTHING_TYPE, everything));
    structures.add("t:choices", new SharedPV(CHOICES_TYPE, choices));
    structures.add("t:return", new SharedPV(SUM, {}, { call: takeBack }));
    structures.add("t:add", new SharedPV(SUM, {}, { call: add }));
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

  test("fields of every kind arrive, and come back as they were", async () => {
    await python(`
from p4p.client.thread import Context
with Context('pva', nt=False) as context:
    value = context.get('t:everything', timeout=10)
    context.rpc('t:return', value, timeout=10)
    print('null')
`);
    assert.deepEqual(returned, everything);
  });

  test("an array of unions arrives with what each of them holds", async () => {
    const seen = await python(`
import json
from p4p.client.thread import Context
with Context('pva', nt=False) as context:
    number, none, numbers = context.get('t:choices', timeout=10).value
    print(json.dumps([number, none, [int(each) for each in numbers]]))
`);
    assert.deepEqual(seen, [1.5, null, [1, -2]]);
  });

  test("p4p calls a procedure, and reads why a call is refused", async () => {
    const seen = await python(`
import json
from p4p.client.thread import Context
from p4p.nt import NTURI
with Context('pva') as context:
    answer = context.rpc('t:add', NTURI([('lhs', 'd'), ('rhs', 'd')]).wrap('t:add', kws={'lhs': 1.5, 'rhs': 2}), timeout=10)
    try:
        context.rpc('t:add', NTURI([('lhs', 'd')]).wrap('t:add', kws={'lhs': 1.5}), timeout=10)
    except Exception as error:
        print(json.dumps([float(answer), str(error)]))
`);
    assert.deepEqual(seen, [3.5, "lhs and rhs are needed"]);
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
