import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ByteWriter } from "../../../src/pva/data/byteWriter.js";
import { decodeStatus, isSuccess } from "../../../src/pva/data/status.js";
import { decodeType } from "../../../src/pva/data/typeCodec.js";
import { pvInt, sameType, scalarArray, structure } from "../../../src/pva/data/types.js";
import { decodeSelected } from "../../../src/pva/data/valueCodec.js";
import { Command, writeMessage } from "../../../src/pva/protocol/header.js";
import type { ApplicationMessage } from "../../../src/pva/protocol/messageStream.js";
import type { ChannelSource } from "../../../src/pva/server/servedChannel.js";
import { SharedPV } from "../../../src/pva/server/sharedPv.js";
import { StructureChannel } from "../../../src/pva/server/structureChannel.js";
import { bytes } from "../support/bytes.js";
import { readerOf, TestClient } from "../support/wire.js";

const TYPE = structure("", { a: pvInt, b: pvInt, data: scalarArray("ubyte") });
const EVERYTHING = bytes("80 00 00");
const IOID = 5;

const sourceOf = (pvs: Readonly<Record<string, SharedPV>>): ChannelSource => ({
  has: (name) => name in pvs,
  names: () => Object.keys(pvs),
  open: (name) => {
    const pv = pvs[name];
    return pv === undefined ? undefined : new StructureChannel(pv);
  },
});

const setUp = (initial = {}) => {
  const pv = new SharedPV(TYPE, initial, { put: "post" });
  const client = new TestClient(sourceOf({ pv })).validate();
  return { pv, client, sid: client.open("pv") };
};

const commands = (messages: readonly ApplicationMessage[]) => messages.map((message) => message.command);

/** Fields, bits and overrun of monitor events. */
const events = (messages: readonly ApplicationMessage[]) =>
  messages.map((message) => {
    const input = readerOf(message);
    assert.deepEqual([input.u32(), input.u8()], [IOID, 0]);
    const { changed, partial } = decodeSelected(input, TYPE);
    return { changed: changed.toString(), a: partial["a"], overrun: input.bitSet().toString() };
  });

const startMonitor = (client: TestClient, sid: number, request: Uint8Array = EVERYTHING) => {
  client.send(Command.MONITOR, (out) => out.u32(sid).u32(IOID).u8(0x08).raw(request));
  return client.send(Command.MONITOR, (out) => out.u32(sid).u32(IOID).u8(0x44));
};

describe("a server connection", () => {
  test("refuses channels before the client has introduced itself", () => {
    const client = new TestClient(sourceOf({}));
    client.send(Command.CREATE_CHANNEL, (out) => out.u16(1).u32(1).string("pv"));
    assert.equal(client.transport.isClosed, true);
  });

  test("echoes what it gets", () => {
    const [echo] = new TestClient(sourceOf({})).send(Command.ECHO, (out) => out.raw(bytes("0102")));
    assert.equal(Buffer.from(echo?.payload ?? []).toString("hex"), "0102");
  });

  test("takes the user from ca credentials", () => {
    const client = new TestClient(sourceOf({}));
    client.send(Command.CONNECTION_VALIDATION, (out) =>
      out.u32(0).u16(0).u16(0).string("ca").raw(bytes('80 00 01 04 "user" 60 03 "joe"')),
    );
    assert.equal(client.connection.session.client.user, "joe");
  });

  test("refuses a channel that nobody serves, with a reason", () => {
    const client = new TestClient(sourceOf({})).validate();
    const [reply] = client.send(Command.CREATE_CHANNEL, (out) => out.u16(1).u32(1).string("x"));
    assert.ok(reply !== undefined);
    const input = readerOf(reply);
    assert.deepEqual([input.u32(), input.u32()], [1, 0xffff_ffff]);
    assert.deepEqual(decodeStatus(input), { kind: "error", message: "x is not served here" });
  });

  test("answers an INIT with the type", () => {
    const { client, sid } = setUp();
    const [reply] = client.send(Command.GET, (out) => out.u32(sid).u32(IOID).u8(0x08).raw(EVERYTHING));
    assert.ok(reply !== undefined);
    const input = readerOf(reply);
    assert.deepEqual([input.u32(), input.u8(), isSuccess(decodeStatus(input))], [IOID, 8, true]);
    const type = decodeType(input, new Map());
    assert.ok(type !== null && sameType(type, TYPE));
  });

  test("answers GET with the bits of what was asked for", () => {
    const { client, sid } = setUp({ a: 7 });
    const onlyA = bytes('80 00 01 05 "field" 80 00 01 01 "a" 80 00 00');
    client.send(Command.GET, (out) => out.u32(sid).u32(IOID).u8(0x08).raw(onlyA));
    const [reply] = client.send(Command.GET, (out) => out.u32(sid).u32(IOID).u8(0));
    assert.deepEqual(
      Buffer.from(reply?.payload ?? []).toString("hex"),
      "05000000" + "00" + "ff" + "0102" + "07000000",
    );
  });

  test("writes the fields whose bits a PUT carries", () => {
    const { pv, client, sid } = setUp({ a: 7 });
    client.send(Command.PUT, (out) => out.u32(sid).u32(IOID).u8(0x08).raw(EVERYTHING));
    client.send(Command.PUT, (out) => out.u32(sid).u32(IOID).u8(0).raw(bytes("01 04 09000000")));
    assert.deepEqual([pv.value["a"], pv.value["b"]], [7, 9]);
  });

  test("gives the value back in a PUT that asks for it", () => {
    const { client, sid } = setUp({ a: 7 });
    client.send(Command.PUT, (out) => out.u32(sid).u32(IOID).u8(0x08).raw(EVERYTHING));
    const [reply] = client.send(Command.PUT, (out) => out.u32(sid).u32(IOID).u8(0x40));
    assert.ok(reply !== undefined);
    const input = readerOf(reply);
    assert.deepEqual([input.u32(), input.u8(), isSuccess(decodeStatus(input))], [IOID, 0x40, true]);
    assert.equal(decodeSelected(input, TYPE).partial["a"], 7);
  });

  test("answers no more than it can send to a client that does not read", () => {
    const { client, sid } = setUp({ data: new Uint8Array(1_000_000) });
    client.send(Command.GET, (out) => out.u32(sid).u32(IOID).u8(0x08).raw(EVERYTHING));
    client.transport.isBlocked = true;
    const get = new ByteWriter();
    for (let turn = 0; turn < 100; turn++)
      writeMessage(get, "client", Command.GET, (out) => out.u32(sid).u32(IOID).u8(0));
    client.connection.receive(get.bytes());
    const answered = client.transport.sent().length;
    assert.ok(answered < 25, `${answered} answers`);
    client.transport.unblock();
    assert.equal(answered + client.transport.sent().length, 100);
  });

  test("refuses PUT_GET instead of staying silent", () => {
    const { client, sid } = setUp();
    const [reply] = client.send(Command.PUT_GET, (out) => out.u32(sid).u32(IOID).u8(0x08).raw(EVERYTHING));
    assert.ok(reply !== undefined);
    const input = readerOf(reply);
    assert.deepEqual([input.u32(), input.u8(), isSuccess(decodeStatus(input))], [IOID, 8, false]);
  });

  test("closes on a second INIT of one request", () => {
    const { client, sid } = setUp();
    for (let turn = 0; turn < 2; turn++)
      client.send(Command.GET, (out) => out.u32(sid).u32(IOID).u8(0x08).raw(EVERYTHING));
    assert.equal(client.transport.isClosed, true);
  });

  test("ignores a request that has ended", () => {
    const { client, sid } = setUp();
    assert.deepEqual(
      client.send(Command.GET, (out) => out.u32(sid).u32(99).u8(0)),
      [],
    );
    assert.equal(client.transport.isClosed, false);
  });

  test("ignores a command that is not defined", () => {
    const { client } = setUp();
    client.send(99, (out) => out.u32(0));
    assert.equal(client.transport.isClosed, false);
  });

  test("answers a search over TCP", () => {
    const { client } = setUp();
    const replies = client.send(Command.SEARCH, (out) =>
      out
        .u32(1)
        .u8(0)
        .zeros(3)
        .zeros(16)
        .u16(0)
        .size(1)
        .string("tcp")
        .u16(2)
        .u32(11)
        .string("pv")
        .u32(12)
        .string("x"),
    );
    assert.deepEqual(commands(replies), [Command.SEARCH_RESPONSE]);
    assert.equal(Buffer.from(replies[0]?.payload.subarray(-6) ?? []).toString("hex"), "01000b000000");
  });
});

describe("a monitor", () => {
  test("sends the whole value at its start, then what changes", () => {
    const { pv, client, sid } = setUp({ a: 1 });
    assert.deepEqual(events(startMonitor(client, sid)), [{ changed: "{0}", a: 1, overrun: "{}" }]);
    pv.post({ a: 2 });
    assert.deepEqual(events(client.transport.sent()), [{ changed: "{1}", a: 2, overrun: "{}" }]);
  });

  test("keeps quiet about fields that were not asked for", () => {
    const { pv, client, sid } = setUp();
    startMonitor(client, sid, bytes('80 00 01 05 "field" 80 00 01 01 "a" 80 00 00'));
    pv.post({ b: 2 });
    assert.deepEqual(client.transport.sent(), []);
  });

  test("stops and starts again with the present value", () => {
    const { pv, client, sid } = setUp();
    startMonitor(client, sid);
    client.send(Command.MONITOR, (out) => out.u32(sid).u32(IOID).u8(0x04));
    pv.post({ a: 2 });
    assert.deepEqual(client.transport.sent(), []);
    const again = client.send(Command.MONITOR, (out) => out.u32(sid).u32(IOID).u8(0x44));
    assert.deepEqual(events(again), [{ changed: "{0}", a: 2, overrun: "{}" }]);
  });

  test("of a slow client squashes to the newest value and says what was overrun", () => {
    const { pv, client, sid } = setUp({ data: new Uint8Array(2_000_000) });
    client.transport.isBlocked = true;
    startMonitor(client, sid);
    pv.post({ data: new Uint8Array(2_000_000) });
    for (let a = 1; a <= 10; a++) pv.post(a === 10 ? { a, b: 1 } : { a });
    client.transport.sent();
    client.transport.unblock();
    const seen = events(client.transport.sent());
    assert.deepEqual(
      seen.map(({ a, overrun }) => [a, overrun]),
      [
        [1, "{}"],
        [2, "{}"],
        [3, "{}"],
        [10, "{1}"],
      ],
    );
    assert.equal(seen.at(-1)?.changed, "{1,2}");
  });

  test("on borrowed memory keeps only the newest value waiting", () => {
    const { pv, client, sid } = setUp();
    client.transport.isBlocked = true;
    startMonitor(client, sid);
    const held = new Set<number>();
    for (let a = 1; a <= 10; a++) {
      const frame = { retain: () => held.add(a), release: () => void held.delete(a) };
      pv.post({ a, data: new Uint8Array(1_000_000) }, frame);
      client.transport.sent();
    }
    assert.deepEqual([...held], [10]);
    client.transport.unblock();
    assert.deepEqual(
      events(client.transport.sent()).map(({ a }) => a),
      [10],
    );
  });

  test("on borrowed memory with a queue of its own misses none of small values while it rests", () => {
    const { pv, client, sid } = setUp();
    client.transport.isBlocked = true;
    const queued = bytes('80 00 01 06 "record" 80 00 01 08 "_options" 80 00 01 09 "queueSize" 60 02 "20"');
    startMonitor(client, sid, queued);
    const held = new Set<number>();
    for (let a = 1; a <= 15; a++) {
      const frame = { retain: () => held.add(a), release: () => void held.delete(a) };
      pv.post({ a, data: new Uint8Array(200_000) }, frame);
    }
    assert.deepEqual([...held], [15]);
    assert.deepEqual(
      events(client.transport.sent()).map(({ a }) => a),
      Array.from({ length: 15 }, (_, index) => index + 1),
    );
  });

  test("with a pipeline sends no more than its window until acknowledged", () => {
    const { pv, client, sid } = setUp();
    const piped = bytes('80 00 01 06 "record" 80 00 01 08 "_options" 80 00 01 08 "pipeline" 60 04 "true"');
    client.send(Command.MONITOR, (out) => out.u32(sid).u32(IOID).u8(0x88).raw(piped).u32(2));
    const started = client.send(Command.MONITOR, (out) => out.u32(sid).u32(IOID).u8(0x44));
    for (let a = 1; a <= 3; a++) pv.post({ a });
    assert.equal(started.length + client.transport.sent().length, 2);
    const more = client.send(Command.MONITOR, (out) => out.u32(sid).u32(IOID).u8(0x80).u32(1));
    assert.deepEqual(
      events(more).map(({ a }) => a),
      [2],
    );
  });

  test("that cannot be started ends with the reason", () => {
    const source: ChannelSource = {
      ...sourceOf({}),
      open: () => ({
        type: TYPE,
        get: () => {
          throw new Error("read access denied");
        },
        put: () => {},
        subscribe: () => () => {},
        close: () => {},
      }),
    };
    const client = new TestClient(source).validate();
    const [reply] = startMonitor(client, client.open("pv"));
    assert.ok(reply !== undefined);
    const input = readerOf(reply);
    assert.deepEqual([input.u32(), input.u8()], [IOID, 0x10]);
    assert.deepEqual(decodeStatus(input), { kind: "error", message: "read access denied" });
  });

  test("ends with its channel", () => {
    const { pv, client, sid } = setUp();
    startMonitor(client, sid);
    client.send(Command.DESTROY_CHANNEL, (out) => out.u32(sid).u32(77));
    assert.equal(pv.subscribers, 0);
  });

  test("ends with its connection", () => {
    const { pv, client, sid } = setUp();
    startMonitor(client, sid);
    client.connection.closed();
    assert.equal(pv.subscribers, 0);
  });
});

test("no bytes make a connection throw", () => {
  const anyMessage = fc
    .tuple(fc.integer({ min: 0, max: 24 }), fc.uint8Array({ maxLength: 60 }))
    .map(([command, payload]) => ({ command, payload }));
  fc.assert(
    fc.property(fc.array(anyMessage, { maxLength: 8 }), (list) => {
      const { client } = setUp();
      for (const { command, payload } of list) client.send(command, (out) => out.raw(payload));
    }),
    { numRuns: 500 },
  );
});

test("a damaged conversation ends in a closed connection or goes on, never in an exception", () => {
  const parts = (sid: number): [number, Buffer][] => [
    [Command.MONITOR, bytes(`0${sid}000000 05000000 08 80 00 01 05 "field" 80 00 01 01 "a" 80 00 00`)],
    [Command.MONITOR, bytes(`0${sid}000000 05000000 44`)],
    [Command.PUT, bytes(`0${sid}000000 06000000 08 80 00 00`)],
    [Command.PUT, bytes(`0${sid}000000 06000000 00 01 0e 01000000 02000000 02 0102`)],
    [Command.GET_FIELD, bytes(`0${sid}000000 07000000 01 "a"`)],
  ];
  fc.assert(
    fc.property(fc.nat(4), fc.nat(60), fc.nat(255), (part, at, value) => {
      const { client, sid } = setUp();
      for (const [index, [command, payload]] of parts(sid).entries()) {
        if (index === part) payload[at % payload.length] = value;
        client.send(command, (out) => out.raw(payload));
      }
    }),
    { numRuns: 500 },
  );
});
