import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type DbrClass, type DbrType, dbrTypeOf, nativeBase } from "../../../src/ca/codec/dbrTypes.js";
import { ServerCircuit } from "../../../src/ca/server/serverCircuit.js";
import type { DbfType, Value } from "../../../src/channel/dbf.js";
import type { Channel, ChannelProvider, MonitorEvent } from "../../../src/channel/provider.js";
import { SoftPv } from "../../../src/channel/softPv.js";
import { bytes } from "../support/bytes.js";

const VERSION = "0000 0000 0000 000d 00000000 00000000";
const CREATE_X = "0012 0008 0000 0000 00000007 0000000d 7800000000000000";
const EVENTS = 2000;
const WARMING_PASSES = 30;
const PASSES = 21;
const SEND_BYTES = 16 * 1024;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

/** A circuit with one subscription, and what sends the PV's present value through it once more. */
function subscribed(pv: SoftPv, type: DbrType): () => void {
  let hear: (event: MonitorEvent) => void = () => assert.fail("nobody listens");
  const channel: Channel = {
    ...pv.open("x"),
    subscribe: (_mask, listener) => {
      hear = listener;
      return () => {};
    },
  };
  const provider: ChannelProvider = { has: () => true, open: () => channel, names: () => ["x"] };
  const circuit: ServerCircuit = new ServerCircuit(
    { providers: [provider], tcpPort: 5064, maximumArrayBytes: undefined, peer: "" },
    { unsent: 0, flush: () => circuit.out.clear(), scheduleFlush: () => {} },
  );
  circuit.receive(bytes(VERSION + CREATE_X));
  const [sid = 0] = circuit.channels.keys();
  const header = `0001 0010 ${hex(type.code, 4)} 0000 ${hex(sid, 8)} 00000005`;
  circuit.receive(bytes(`${header} 000000000000000000000000 0005 0000`));
  const event = { mask: 1, sample: pv.sample };
  return () => {
    hear(event);
    if (circuit.out.length > SEND_BYTES) circuit.out.clear();
  };
}

/** Bytes that the heap grows by for each event, once the code is compiled; the median of many passes. */
function bytesPerEvent(pv: SoftPv, type: DbrType): number {
  const send = subscribed(pv, type);
  const pass = (): number => {
    const before = process.memoryUsage().heapUsed;
    for (let event = 0; event < EVENTS; event++) send();
    return process.memoryUsage().heapUsed - before;
  };
  for (let warming = 0; warming < WARMING_PASSES; warming++) pass();
  const grown = Array.from({ length: PASSES }, pass).sort((a, b) => a - b);
  return (grown[PASSES >> 1] ?? Number.NaN) / EVENTS;
}

// Text comes first: V8 then keeps every value as a reference, as it does where PVs of several types are served.
const scalars: readonly (readonly [DbfType, Value])[] = [
  ["STRING", "text of a string record"],
  ["DOUBLE", 1.5],
  ["FLOAT", 2.5],
  ["LONG", 1_234_567],
  ["SHORT", -5],
  ["ENUM", 3],
  ["UCHAR", 200],
];
const classes: readonly DbrClass[] = ["plain", "sts", "time"];

describe("sending an event", () => {
  for (const [fieldType, value] of scalars)
    it(`allocates nothing for a ${fieldType}`, () => {
      for (const kind of classes) {
        const grown = bytesPerEvent(new SoftPv(fieldType, value), dbrTypeOf(kind, nativeBase(fieldType)));
        assert.ok(grown < 1, `${kind}: ${grown} bytes for each event`);
      }
    });

  it("allocates two views of an array's memory, however long it is", () => {
    for (const length of [100, 10_000]) {
      const pv = new SoftPv("DOUBLE", new Float64Array(length));
      const grown = bytesPerEvent(pv, dbrTypeOf("time", "DOUBLE"));
      assert.ok(grown < 512, `${length} elements: ${grown} bytes for each event`);
    }
  });
});
