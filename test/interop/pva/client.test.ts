import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { firstValueFrom, map, skip, take, timeout, toArray } from "rxjs";
import { PvaClient, PvaError, pvDouble, pvString, readNtNdArray, structure } from "../../../src/pva/index.js";
import { loopbackEnvironment } from "../../pva/support/loopback.js";
import { freePort } from "../../support/freePorts.js";
import { needsPython, spawnPython } from "../../support/python.js";

const p4pServer = `
import threading, time, sys
import numpy
from p4p.server import Server
from p4p.server.thread import SharedPV
from p4p.nt import NTScalar, NTEnum, NTNDArray
number = SharedPV(nt=NTScalar('d', display=True), initial=1.5)
@number.put
def onPut(pv, op):
    if op.value() < 0:
        op.done(error='must not be negative')
    else:
        pv.post(op.value())
        op.done()
state = SharedPV(nt=NTEnum(), initial={'index': 1, 'choices': ['Off', 'On']})
@state.put
def onPut(pv, op):
    pv.post(op.value())
    op.done()
image = SharedPV(initial=NTNDArray().wrap(numpy.zeros((3, 4), dtype='u2')))
@number.rpc
def onRpc(pv, op):
    query = op.value().query
    op.done(NTScalar('d').wrap(query.lhs + query.rhs))
with Server(providers=[{'p:number': number, 'p:state': state, 'p:image': image}]):
    print('ready', flush=True)
    count = 0
    while True:
        time.sleep(0.02)
        count += 1
        frame = NTNDArray().wrap(numpy.full((3, 4), count, dtype='u2'))
        frame.uniqueId = count
        image.post(frame)
`;

describe("our client against a p4p server", needsPython, () => {
  let child: ChildProcess;
  let client: PvaClient;

  before(async () => {
    const udpPort = await freePort();
    child = spawnPython(p4pServer, {
      ...loopbackEnvironment(udpPort),
      EPICS_PVAS_INTF_ADDR_LIST: "127.0.0.1",
      EPICS_PVA_SERVER_PORT: String(udpPort),
    });
    assert.ok(child.stdout !== null);
    await once(child.stdout, "data");
    client = new PvaClient({
      addressList: [{ address: "127.0.0.1", port: udpPort }],
      autoAddressList: false,
      broadcastPort: udpPort,
      nameServers: [],
    });
  });

  after(() => {
    client.close();
    child.kill();
  });

  test("gets a number with its metadata", async () => {
    const value = await client.get("p:number");
    assert.deepEqual([value["value"], Object.keys(value)], [1.5, ["value", "alarm", "timeStamp", "display"]]);
  });

  test("puts a number and reads it back", async () => {
    await client.put("p:number", { value: 2.5 });
    assert.equal((await client.get("p:number"))["value"], 2.5);
  });

  test("hears why a put is refused", async () => {
    await assert.rejects(client.put("p:number", { value: -1 }), (error) => {
      assert.ok(error instanceof PvaError);
      assert.match(error.message, /must not be negative/);
      return true;
    });
  });

  test("puts an enum by the choices it reads first", async () => {
    await client.put(
      "p:state",
      (_type, present) => {
        const choices = Reflect.get(Object(present["value"]), "choices");
        return { value: { index: choices.indexOf("Off") } };
      },
      { getsFirst: true },
    );
    assert.equal(Reflect.get(Object((await client.get("p:state"))["value"]), "index"), 0);
  });

  test("monitors frames without a gap", async () => {
    const frames = client.monitor("p:image", { queueSize: 50 }).pipe(
      skip(1),
      map(({ value }) => readNtNdArray(value)),
      take(20),
      toArray(),
      timeout(30_000),
    );
    const seen = await firstValueFrom(frames);
    const first = seen[0]?.uniqueId ?? 0;
    assert.deepEqual(
      seen.map((frame) => [frame?.uniqueId, frame?.data[0], frame?.sizes]),
      seen.map((_, index) => [first + index, first + index, [4, 3]]),
    );
  });

  test("monitors frames with acknowledgements", async () => {
    const frames = client.monitor("p:image", { pipeline: 4 }).pipe(take(20), toArray(), timeout(30_000));
    assert.equal((await firstValueFrom(frames)).length, 20);
  });

  test("calls a procedure", async () => {
    const query = structure("", { lhs: pvDouble, rhs: pvDouble });
    const call = structure("epics:nt/NTURI:1.0", { scheme: pvString, path: pvString, query });
    const { value } = await client.rpc("p:number", call, {
      scheme: "pva",
      path: "p:number",
      query: { lhs: 2, rhs: 3.5 },
    });
    assert.equal(Reflect.get(Object(value), "value"), 5.5);
  });

  test("gets only the fields it asks for", async () => {
    const { changed, type } = await client.connect("p:number").get({ request: "field(value)" });
    assert.deepEqual([type.id, changed.toString()], ["epics:nt/NTScalar:1.0", "{1}"]);
  });
});
