import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { after, before, describe, test } from "node:test";
import { filter, firstValueFrom, map, take, timeout, toArray } from "rxjs";
import { ByteReader } from "../../../src/pva/data/byteReader.js";
import {
  NTNDARRAY_TYPE,
  ntNdArrayValue,
  PvaClient,
  PvaError,
  PvaServer,
  PvaTimeoutError,
  pvInt,
  pvString,
  readNtNdArray,
  SharedPV,
  SharedPvProvider,
  structure,
} from "../../../src/pva/index.js";
import { decodeSearch, encodeSearchResponse } from "../../../src/pva/protocol/search.js";
import { freePort } from "../../support/freePorts.js";
import { type LoopbackServer, startLoopbackServer } from "../support/loopback.js";
import { TableProvider } from "../support/tableProvider.js";

const COUNTER = structure("", { value: pvInt, note: pvString });

const clientOf = (udpPort: number): PvaClient =>
  new PvaClient({
    addressList: [{ address: "127.0.0.1", port: udpPort }],
    autoAddressList: false,
    broadcastPort: udpPort,
    nameServers: [],
  });

describe("the client against our server", () => {
  const table = new TableProvider({
    "t:ao": { fieldType: "DOUBLE", value: 1.5, properties: { units: "mm", precision: 3 } },
    "t:enum": { fieldType: "ENUM", value: 1, properties: { states: ["Off", "On"] } },
    "t:wave": { fieldType: "SHORT", elementCount: 10, value: Int16Array.of(1, 2, 3) },
  });
  const structures = new SharedPvProvider();
  const counter = new SharedPV(COUNTER, {}, { put: "post" });
  const image = new SharedPV(NTNDARRAY_TYPE);
  let loopback: LoopbackServer;
  let client: PvaClient;

  before(async () => {
    structures.add("t:counter", counter);
    structures.add("t:image", image);
    loopback = await startLoopbackServer({ providers: [table], structures: [structures] });
    client = clientOf(loopback.udpPort);
  });

  after(async () => {
    client.close();
    await loopback.server.stop();
  });

  test("get returns the whole structure of a record", async () => {
    const value = await client.get("t:ao");
    assert.deepEqual(
      [value["value"], value["timeStamp"]],
      [1.5, { secondsPastEpoch: 631_153_000n, nanoseconds: 5, userTag: 0 }],
    );
  });

  test("get with a request returns only those fields, the others at their defaults", async () => {
    const { display, value } = await client.get("t:ao", { request: "field(display.units)" });
    assert.deepEqual([value, Reflect.get(Object(display), "units")], [0, "mm"]);
  });

  test("put writes the value with the type of the field", async () => {
    await client.put("t:wave", { value: Int16Array.of(7, 8) });
    assert.deepEqual(table.writes.at(-1), {
      name: "t:wave",
      value: { type: "SHORT", value: Int16Array.of(7, 8) },
      process: "passive",
      isNotify: false,
    });
  });

  test("put with block waits for completion and with process forces it", async () => {
    await client.put("t:ao", { value: 2 }, { request: "record[block=true,process=true]field(value)" });
    const write = table.writes.at(-1);
    assert.deepEqual([write?.isNotify, write?.process], [true, "force"]);
  });

  test("put of an enum writes its index", async () => {
    await client.put("t:enum", { value: { index: 0 } });
    assert.deepEqual(table.writes.at(-1)?.value, { type: "ENUM", value: 0 });
  });

  test("a monitor gives the present value, then changes with their bits", async () => {
    const events = client.monitor("t:counter").pipe(
      map(({ value, changed }) => [value["value"], changed.toString()]),
      take(2),
      toArray(),
      timeout(30_000),
    );
    counter.post({ value: 0 });
    const poster = setInterval(() => counter.post({ value: 1 }), 10);
    const seen = await firstValueFrom(events).finally(() => clearInterval(poster));
    assert.deepEqual(seen[1], [1, "{1}"]);
  });

  test("a pipelined monitor gets more events than its window", async () => {
    const poster = setInterval(() => counter.post({ value: 1 }), 2);
    const events = client.monitor("t:counter", { pipeline: 4 }).pipe(take(20), toArray(), timeout(30_000));
    const seen = await firstValueFrom(events).finally(() => clearInterval(poster));
    assert.equal(seen.length, 20);
  });

  test("frames arrive with their pixels", async () => {
    const data = Float32Array.from({ length: 12 }, (_, index) => index / 3);
    image.post(ntNdArrayValue({ data, dimensions: [{ size: 4 }, { size: 3 }], uniqueId: 9 }));
    const seen = readNtNdArray(await client.get("t:image"));
    assert.deepEqual([seen?.data, seen?.sizes, seen?.uniqueId], [data, [4, 3], 9]);
  });

  test("a procedure is called with the argument and the client, and answers", async () => {
    const argument = structure("", { a: pvInt, b: pvInt });
    const sum = new SharedPV(
      COUNTER,
      {},
      {
        call: ({ a, b }, { host }) => ({
          type: COUNTER,
          value: { value: Number(a) + Number(b), note: host },
        }),
      },
    );
    structures.add("t:sum", sum);
    const channel = client.connect("t:sum");
    assert.deepEqual((await channel.rpc(argument, { a: 2, b: 3 })).value, { value: 5, note: "127.0.0.1" });
    channel.close();
  });

  test("a procedure's reason for refusing is what its caller reads", async () => {
    const refuse = () => {
      throw new Error("not today");
    };
    structures.add("t:refuse", new SharedPV(COUNTER, {}, { call: refuse }));
    await assert.rejects(client.rpc("t:refuse", COUNTER, {}), /not today/);
  });

  test("a structure that is no procedure refuses to be called", async () => {
    await assert.rejects(client.rpc("t:counter", COUNTER, {}), /cannot be called/);
  });

  test("info describes one field", async () => {
    assert.deepEqual(await client.info("t:counter", { field: "note" }), pvString);
  });

  test("a name that nobody has times out", async () => {
    await assert.rejects(client.get("t:nobody", { timeoutSeconds: 0.2 }), PvaTimeoutError);
  });

  test("a request for fields that do not exist is refused", async () => {
    await assert.rejects(client.get("t:counter", { request: "field(nothing)" }), PvaError);
  });

  test("a channel that is removed is lost and found again", async () => {
    structures.add("t:gone", new SharedPV(COUNTER, { value: 3 }));
    const channel = client.connect("t:gone");
    const next = (state: boolean) =>
      firstValueFrom(
        channel.connected$.pipe(
          filter((connected) => connected === state),
          timeout(30_000),
        ),
      );
    await next(true);
    structures.remove("t:gone");
    await next(false);
    structures.add("t:gone", new SharedPV(COUNTER, { value: 4 }));
    await next(true);
    assert.equal((await channel.get()).value["value"], 4);
    channel.close();
  });
});

test("a monitor goes on when the server comes back", async () => {
  const structures = new SharedPvProvider();
  const counter = new SharedPV(COUNTER, { value: 1 });
  structures.add("t:counter", counter);
  const { server, udpPort } = await startLoopbackServer({ structures: [structures] });
  const client = clientOf(udpPort);
  const seen: unknown[] = [];
  const events = client.monitor("t:counter").pipe(
    map(({ value }) => value["value"]),
    timeout(30_000),
  );
  let notify = () => {};
  const subscription = events.subscribe((value) => {
    seen.push(value);
    notify();
  });
  const next = () => new Promise<void>((resolve) => (notify = resolve));
  await next();
  await server.stop();
  counter.post({ value: 2 });
  const again = new PvaServer({
    structures: [structures],
    interfaces: ["127.0.0.1"],
    serverPort: 0,
    broadcastPort: udpPort,
    beacons: false,
  });
  const nextEvent = next();
  await again.start();
  await nextEvent;
  assert.deepEqual(seen, [1, 2]);
  subscription.unsubscribe();
  client.close();
  await again.stop();
});

test("a name server answers searches over TCP", async () => {
  const structures = new SharedPvProvider();
  structures.add("t:counter", new SharedPV(COUNTER, { value: 5 }));
  const { server } = await startLoopbackServer({ structures: [structures] });
  const client = new PvaClient({
    addressList: [],
    autoAddressList: false,
    broadcastPort: await freePort(),
    nameServers: [{ address: "127.0.0.1", port: server.port }],
  });
  assert.equal((await client.get("t:counter"))["value"], 5);
  client.close();
  await server.stop();
});

/** Answers searches with the TCP port that `portOf` gives for a name, and counts them by name. */
async function startSearchResponder(portOf: (name: string) => number) {
  const searches = new Map<string, number>();
  const socket = createSocket("udp4");
  socket.on("message", (datagram, from) => {
    const { sequence, channels } = decodeSearch(new ByteReader(datagram.subarray(8)));
    for (const { id, name } of channels) {
      searches.set(name, (searches.get(name) ?? 0) + 1);
      const response = {
        guid: new Uint8Array(12),
        sequence,
        address: "",
        protocol: "tcp",
        found: true,
        ids: [id],
      };
      socket.send(encodeSearchResponse({ ...response, port: portOf(name) }), from.port, from.address);
    }
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { searches, udpPort: socket.address().port, close: () => socket.close() };
}

test("a server that takes no connection is not tried again in a loop", async () => {
  const structures = new SharedPvProvider();
  structures.add("t:counter", new SharedPV(COUNTER, { value: 5 }));
  const { server } = await startLoopbackServer({ structures: [structures] });
  const closedPort = await freePort();
  const responder = await startSearchResponder((name) =>
    name === "t:unreachable" ? closedPort : server.port,
  );
  const client = clientOf(responder.udpPort);
  client.connect("t:unreachable");
  for (let round = 0; round < 5; round++) await client.get("t:counter");
  assert.deepEqual([responder.searches.get("t:unreachable"), responder.searches.get("t:counter")], [1, 5]);
  client.close();
  responder.close();
  await server.stop();
});

test("a server does not answer searches of hosts that it is to ignore", async () => {
  const structures = new SharedPvProvider();
  structures.add("t:counter", new SharedPV(COUNTER));
  const environment = { EPICS_PVAS_IGNORE_ADDR_LIST: "127.0.0.1" };
  const { server, udpPort } = await startLoopbackServer({ structures: [structures], environment });
  const client = clientOf(udpPort);
  await assert.rejects(client.get("t:counter", { timeoutSeconds: 0.2 }), PvaTimeoutError);
  client.close();
  await server.stop();
});

test("a client gives up a server that says nothing", async () => {
  const mute = createServer().listen(0, "127.0.0.1");
  await once(mute, "listening");
  const address = mute.address();
  assert.ok(typeof address === "object" && address !== null);
  const client = new PvaClient({
    addressList: [],
    autoAddressList: false,
    nameServers: [{ address: "127.0.0.1", port: address.port }],
    silenceSeconds: 0.05,
  });
  const [socket] = await once(mute, "connection");
  await once(socket.resume(), "close");
  client.close();
  mute.close();
});

test("a server gives up a client that says nothing", async () => {
  const { server } = await startLoopbackServer({ environment: { EPICS_PVA_CONN_TMO: "1" } });
  const client = connect(server.port, "127.0.0.1").resume();
  await once(client, "close");
  assert.equal(server.clients, 0);
  await server.stop();
});

test("two servers of one host share the search port", async () => {
  const one = new SharedPvProvider();
  const two = new SharedPvProvider();
  one.add("t:one", new SharedPV(COUNTER, { value: 1 }));
  two.add("t:two", new SharedPV(COUNTER, { value: 2 }));
  const first = await startLoopbackServer({ structures: [one] });
  const second = await startLoopbackServer({ structures: [two], broadcastPort: first.udpPort });
  const client = clientOf(first.udpPort);
  const values = await Promise.all([client.get("t:one"), client.get("t:two")]);
  assert.deepEqual(
    values.map((value) => value["value"]),
    [1, 2],
  );
  client.close();
  await first.server.stop();
  await second.server.stop();
});
