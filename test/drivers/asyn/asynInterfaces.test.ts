import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { NEVER } from "rxjs";
import { Severity, Status } from "../../../src/channel/alarm.js";
import { EventMask } from "../../../src/channel/eventMask.js";
import { asynDeviceSupports } from "../../../src/drivers/asyn/asynDeviceSupport.js";
import { defineDriver } from "../../../src/drivers/asyn/defineDriver.js";
import {
  choice,
  float64,
  int32,
  int64,
  int64Array,
  octet,
  uint32Digital,
} from "../../../src/drivers/asyn/driverParameter.js";
import { EOM, type OctetInterface } from "../../../src/drivers/asyn/portDriver.js";
import { PortRegistry } from "../../../src/drivers/asyn/portRegistry.js";
import { RecordEngine } from "../../../src/records/index.js";
import { becomes, database, put, type TestRecords } from "../../records/support.js";

/** A device that answers each request with the request in capitals, and remembers what it was sent. */
function echo(): OctetInterface & { readonly sent: string[] } {
  const sent: string[] = [];
  const keep = (bytes: Uint8Array): string => {
    const text = Buffer.from(bytes).toString("latin1");
    sent.push(text);
    return text;
  };
  return {
    sent,
    writeRead: async (request) => ({ data: Buffer.from(keep(request).toUpperCase()), end: EOM.EOS }),
    write: async (request) => void keep(request),
    read: async () => ({ data: Buffer.from("unasked"), end: EOM.EOS }),
  };
}

function rig(context: TestContext, records: TestRecords, info: Readonly<Record<string, string>> = {}) {
  const device = echo();
  const testPort = defineDriver(
    "Test",
    {
      COUNT: int32(),
      RATE: float64(),
      BIG: int64(),
      BITS: uint32Digital(0b1010_0000),
      NAME: octet("camera"),
      LONGS: int64Array(),
      MODE: choice(["Off", "On"]),
    },
    () => NEVER,
    { octet: device },
  );
  const ports = new PortRegistry();
  const { params } = ports.add(testPort("T"));
  const engine = new RecordEngine();
  for (const support of asynDeviceSupports(ports, (pv) => engine.getString(pv)))
    engine.addDeviceSupport(support);
  const { records: loaded, aliases } = database(records);
  const withInfo = loaded.map((record) => ({ ...record, info: new Map(Object.entries(info)) }));
  assert.deepEqual(engine.load({ records: withInfo, aliases }), []);
  engine.iocInit();
  context.after(() => {
    engine.stop();
    ports.close();
  });
  return { engine, params, device };
}

test("an ai shows the mean of what came since it was processed last", (context) => {
  const { engine, params } = rig(context, {
    whole: ["ai", { DTYP: "asynInt32Average", INP: "@asyn(T)COUNT" }],
    real: ["ai", { DTYP: "asynFloat64Average", INP: "@asyn(T)RATE" }],
    three: ["ai", { DTYP: "asynInt32Average", INP: "@asyn(T)COUNT", SCAN: "I/O Intr", SVAL: "3" }],
  });
  for (const value of [1, 2, 4]) {
    params.COUNT.set(value);
    params.RATE.set(value);
  }
  put(engine, "whole.PROC", 1);
  put(engine, "real.PROC", 1);
  assert.deepEqual([engine.get("whole"), engine.get("real"), engine.get("three")], [2, 7 / 3, 2]);
  put(engine, "whole.PROC", 1);
  assert.deepEqual([engine.get("whole.STAT"), engine.get("whole.SEVR")], [Status.UDF, Severity.INVALID]);
});

test("a waveform collects a time series while RARM arms it", (context) => {
  const { engine, params } = rig(context, {
    series: ["waveform", { DTYP: "asynInt32TimeSeries", INP: "@asyn(T)COUNT", FTVL: "LONG", NELM: "3" }],
  });
  params.COUNT.set(9);
  put(engine, "series.RARM", 1);
  assert.equal(engine.get("series.BUSY"), 1);
  for (const value of [1, 2, 3, 4]) params.COUNT.set(value);
  assert.deepEqual(engine.get("series"), Int32Array.of(1, 2, 3));
  assert.deepEqual([engine.get("series.BUSY"), engine.get("series.NORD")], [0, 3]);
});

test("a device without parameters is asked with the command behind the link, or with that of a PV", async (context) => {
  const { engine, device } = rig(context, {
    ask: ["stringin", { DTYP: "asynOctetCmdResponse", INP: "@asyn(T)pos?\\r" }],
    command: ["stringout", { VAL: "vel?" }],
    via: ["stringin", { DTYP: "asynOctetWriteRead", INP: "@asyn(T)command" }],
    bytes: ["waveform", { DTYP: "asynOctetWriteBinary", INP: "@asyn(T)", FTVL: "UCHAR", NELM: "3" }],
    plain: ["stringout", { DTYP: "asynOctetWrite", OUT: "@asyn(T)" }],
    reply: ["stringin", { DTYP: "asynOctetRead", INP: "@asyn(T)" }],
  });
  await engine.putNotify("ask.PROC", 1);
  await engine.putNotify("via.PROC", 1);
  await engine.putNotify("bytes", Uint8Array.of(65, 0, 66));
  await engine.putNotify("plain", "go");
  await engine.putNotify("reply.PROC", 1);
  assert.deepEqual(
    [engine.get("ask"), engine.get("via"), engine.get("reply")],
    ["POS?\r", "VEL?", "unasked"],
  );
  assert.deepEqual(device.sent, ["pos?\r", "vel?", "A\0B", "go"]);
});

test("asynMask gives a record its bits", (context) => {
  const link = "@asynMask(T,0,0xf0)BITS";
  const { engine, params } = rig(context, {
    word: ["mbbiDirect", { DTYP: "asynUInt32Digital", INP: link, SCAN: "I/O Intr" }],
    bits: ["mbboDirect", { DTYP: "asynUInt32Digital", OUT: link }],
    state: [
      "mbbo",
      { DTYP: "asynUInt32Digital", OUT: link, TWVL: "2", TWST: "two", TEVL: "10", TEST: "ten" },
    ],
    flag: ["bo", { DTYP: "asynUInt32Digital", OUT: "@asynMask(T,0,0x02)BITS" }],
  });
  assert.deepEqual([engine.get("word"), engine.get("bits"), engine.getString("state")], [10, 10, "ten"]);
  put(engine, "state", "two");
  put(engine, "flag", 1);
  assert.equal(params.BITS.value, 0b0010_0010);
  assert.equal(engine.get("word"), 2);
  put(engine, "bits.B0", 1);
  assert.equal(params.BITS.value, 0b1011_0010);
});

test("asynMask with a number of bits gives an integer its sign", (context) => {
  const { engine, params } = rig(context, {
    signed: ["longin", { DTYP: "asynInt32", INP: "@asynMask(T,0,-12)COUNT", SCAN: "I/O Intr" }],
    unsigned: ["longin", { DTYP: "asynInt32", INP: "@asynMask(T,0,12)COUNT", SCAN: "I/O Intr" }],
  });
  params.COUNT.set(0xfff);
  assert.deepEqual([engine.get("signed"), engine.get("unsigned")], [-1, 4095]);
});

test("with TSE -2 a record has the time and the alarm that its driver gives", (context) => {
  const { engine, params } = rig(context, {
    count: ["longin", { DTYP: "asynInt32", INP: "@asyn(T)COUNT", SCAN: "I/O Intr", TSE: "-2" }],
  });
  const time = { seconds: 1_000_000_000, nanoseconds: 7 };
  params.COUNT.set(5, { time, alarm: { status: Status.HIGH, severity: Severity.MINOR } });
  const { time: shown } = engine.open("count")?.read() ?? {};
  assert.deepEqual(shown, time);
  assert.deepEqual(
    [engine.get("count"), engine.get("count.STAT"), engine.get("count.SEVR")],
    [5, Status.HIGH, Severity.MINOR],
  );
  params.COUNT.setStatus("Timeout");
  assert.deepEqual([engine.get("count.STAT"), engine.get("count.SEVR")], [Status.HIGH, Severity.MINOR]);
});

test("values that come while a record is busy are processed after it, the newest as many as asyn:FIFO", async (context) => {
  const records: TestRecords = {
    count: ["longin", { DTYP: "asynInt32", INP: "@asyn(T)COUNT", SCAN: "I/O Intr", FLNK: "more" }],
    more: ["longout", { DTYP: "asynInt32", OUT: "@asyn(T)MODE" }],
  };
  const { engine, params } = rig(context, records, { "asyn:FIFO": "2" });
  let burst = true;
  params.MODE.handleWrites(() => {
    if (!burst) return;
    burst = false;
    for (const value of [2, 3, 4]) params.COUNT.set(value);
  });
  const seen: number[] = [];
  engine.open("count")?.subscribe(EventMask.VALUE, ({ sample }) => seen.push(Number(sample.value)));
  params.COUNT.set(1);
  await becomes(engine, "count", 4);
  assert.deepEqual(seen, [1, 3, 4]);
});

test("a driver that gives its values other names changes its records' states, with a property event", (context) => {
  const { engine, params } = rig(context, {
    mode: ["mbbo", { DTYP: "asynInt32", OUT: "@asyn(T)MODE" }],
    shown: ["bi", { DTYP: "asynInt32", INP: "@asyn(T)MODE", SCAN: "I/O Intr" }],
  });
  let events = 0;
  engine.open("mode")?.subscribe(EventMask.PROPERTY, () => events++);
  params.MODE.setChoices([
    { name: "Slow", value: 0 },
    { name: "Fast", value: 1 },
  ]);
  assert.deepEqual([engine.getString("mode"), engine.getString("shown"), events], ["Slow", "Slow", 1]);
});

test("texts begin with what the device has where asyn:INITIAL_READBACK says so", (context) => {
  const records: TestRecords = { name: ["stringout", { DTYP: "asynOctetWrite", OUT: "@asyn(T)NAME" }] };
  assert.equal(rig(context, records).engine.get("name"), "");
  assert.equal(rig(context, records, { "asyn:INITIAL_READBACK": "1" }).engine.get("name"), "camera");
});

test("whole numbers of 64 bits keep all of them, alone and in arrays", (context) => {
  const { engine, params } = rig(context, {
    big: ["int64in", { DTYP: "asynInt64", INP: "@asyn(T)BIG", SCAN: "I/O Intr" }],
    shown: [
      "waveform",
      { DTYP: "asynInt64ArrayIn", INP: "@asyn(T)LONGS", FTVL: "INT64", NELM: "4", SCAN: "I/O Intr" },
    ],
    out: ["aao", { DTYP: "asynInt64ArrayOut", OUT: "@asyn(T)LONGS", FTVL: "INT64", NELM: "4" }],
  });
  const huge = 2n ** 60n + 1n;
  params.BIG.set(huge);
  put(engine, "out", BigInt64Array.of(huge, -1n));
  assert.equal(engine.get("big"), huge);
  assert.deepEqual(engine.get("shown"), BigInt64Array.of(huge, -1n));
});
