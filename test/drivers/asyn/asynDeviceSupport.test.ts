import assert from "node:assert/strict";
import { test } from "node:test";
import { NEVER } from "rxjs";
import { Severity, Status } from "../../../src/channel/alarm.js";
import { asynDeviceSupports } from "../../../src/drivers/asyn/asynDeviceSupport.js";
import { defineDriver } from "../../../src/drivers/asyn/defineDriver.js";
import {
  float32Array,
  float64,
  int32,
  int64,
  octet,
  uint32Digital,
} from "../../../src/drivers/asyn/driverParameter.js";
import { PortRegistry } from "../../../src/drivers/asyn/portRegistry.js";
import type { AttachedDevice } from "../../../src/records/deviceSupport.js";
import { type FakeRecord, fakeRecord } from "./fakeRecord.js";

const testPort = defineDriver(
  "Test",
  {
    COUNT: int32(7),
    EMPTY: int32(),
    MODE: int32(3),
    BIG: int64(2n ** 40n),
    TIME: float64(0.25),
    NAME: octet("camera"),
    BITS: uint32Digital(0xf0),
    TRACE: float32Array(),
  },
  () => NEVER,
);

function rig() {
  const ports = new PortRegistry();
  const port = ports.add(testPort("T"));
  const supports = asynDeviceSupports(ports);
  const attach = (dtyp: string, record: FakeRecord, link: string): AttachedDevice => {
    const support = supports.find(
      (candidate) => candidate.dtyp === dtyp && candidate.recordTypes.includes(record.recordType),
    );
    assert.ok(support, `${dtyp} on ${record.recordType}`);
    const device = support.attach(record, link, record.context);
    record.device = device;
    return device;
  };
  return { port, params: port.params, attach };
}

test("an output record starts with what the device has", () => {
  const { attach } = rig();
  const longout = fakeRecord("longout");
  attach("asynInt32", longout, "asyn(T,0,1)COUNT");
  assert.equal(longout.getField("VAL"), 7);
  assert.equal(longout.getField("UDF"), 0);
  const mbbo = fakeRecord("mbbo", { ZRVL: 1, ZRST: "A", ONVL: 3, ONST: "B" });
  attach("asynInt32", mbbo, "asyn(T,0,1)MODE");
  assert.equal(mbbo.getField("VAL"), 1);
});

test("an output record keeps its own value where the device has none", () => {
  const { attach } = rig();
  const longout = fakeRecord("longout", { VAL: 42 });
  attach("asynInt32", longout, "asyn(T,0,1)EMPTY");
  assert.equal(longout.getField("VAL"), 42);
  assert.equal(longout.getField("UDF"), 1);
});

test("writes reach the parameter in its own type", async () => {
  const { params, attach } = rig();
  const longout = fakeRecord("longout");
  const write = async (dtyp: string, record: FakeRecord, parameter: string, field: string, value: never) => {
    const device = attach(dtyp, record, `asyn(T)${parameter}`);
    record.setField(field, value);
    await device.write?.();
  };
  await write("asynInt32", longout, "COUNT", "VAL", 9 as never);
  await write("asynFloat64", fakeRecord("ao"), "TIME", "OVAL", 1.5 as never);
  await write("asynInt64", fakeRecord("ao"), "BIG", "OVAL", 12 as never);
  await write("asynOctetWrite", fakeRecord("stringout"), "NAME", "VAL", "other" as never);
  assert.equal(params.COUNT.value, 9);
  assert.equal(params.TIME.value, 1.5);
  assert.equal(params.BIG.value, 12n);
  assert.equal(params.NAME.value, "other");
});

test("a character array is text up to its first NUL", async () => {
  const { params, attach } = rig();
  const waveform = fakeRecord("waveform", { FTVL: "CHAR", NELM: 256 }, { "asyn:INITIAL_READBACK": "1" });
  const device = attach("asynOctetWrite", waveform, "asyn(T)NAME");
  assert.deepEqual(waveform.getField("VAL"), Int8Array.from(Buffer.from("camera")));
  waveform.setField("VAL", Int8Array.from(Buffer.from("/data\0rest")));
  await device.write?.();
  assert.equal(params.NAME.value, "/data");
});

test("an input record reads the present value and is processed at each change", () => {
  const { params, attach } = rig();
  const longin = fakeRecord("longin");
  const device = attach("asynInt32", longin, "asyn(T,0,1)COUNT");
  let processed = 0;
  device.ioIntr$?.subscribe(() => processed++);
  params.COUNT.set(8);
  assert.equal(processed, 2);
  assert.equal(device.read?.(), "noConvert");
  assert.equal(longin.getField("VAL"), 8);
});

test("mbbi and bi leave the conversion of RVAL to the record", () => {
  const { attach } = rig();
  const mbbi = fakeRecord("mbbi");
  assert.equal(attach("asynInt32", mbbi, "asyn(T)MODE").read?.(), "convert");
  assert.equal(mbbi.getField("RVAL"), 3);
});

test("a waveform gets array elements converted to its FTVL and cut at NELM", () => {
  const { params, attach } = rig();
  params.TRACE.set(Float32Array.of(1.5, 2.5, 3.5));
  const waveform = fakeRecord("waveform", { FTVL: "DOUBLE", NELM: 2 });
  attach("asynFloat32ArrayIn", waveform, "asyn(T)TRACE").read?.();
  assert.deepEqual(waveform.getField("VAL"), Float64Array.of(1.5, 2.5));
});

test("a masked write leaves the other bits alone", async () => {
  const { params, attach } = rig();
  const longout = fakeRecord("longout");
  const device = attach("asynUInt32Digital", longout, "asynMask(T,0,0x0f,1)BITS");
  longout.setField("VAL", 0xff);
  await device.write?.();
  assert.equal(params.BITS.value, 0xff);
  longout.setField("VAL", 0);
  await device.write?.();
  assert.equal(params.BITS.value, 0xf0);
});

test("a parameter without a value, in error or disconnected gives the record an INVALID alarm", () => {
  const { params, attach } = rig();
  const longin = fakeRecord("longin");
  attach("asynInt32", longin, "asyn(T)EMPTY").read?.();
  assert.deepEqual(longin.alarms.at(-1)?.status, Status.READ);
  params.COUNT.setStatus("Disconnected");
  attach("asynInt32", longin, "asyn(T)COUNT").read?.();
  assert.deepEqual(
    [longin.alarms.at(-1)?.status, longin.alarms.at(-1)?.severity],
    [Status.COMM, Severity.INVALID],
  );
});

test("a refused write is a WRITE alarm with the driver's reason", async () => {
  const { params, attach } = rig();
  params.COUNT.handleWrites(() => Promise.reject(new Error("out of range")));
  const longout = fakeRecord("longout");
  await attach("asynInt32", longout, "asyn(T)COUNT").write?.();
  assert.deepEqual(longout.alarms, [
    { status: Status.WRITE, severity: Severity.INVALID, message: "out of range" },
  ]);
});

test("a busy record follows its driver without being told to", () => {
  const { params, attach } = rig();
  const busy = fakeRecord("busy");
  attach("asynInt32", busy, "asyn(T)EMPTY");
  params.EMPTY.set(1);
  params.EMPTY.set(0);
  assert.equal(busy.getField("VAL"), 0);
});

test("asyn:READBACK shows the driver's value without writing it again", () => {
  const { params, attach } = rig();
  const output = fakeRecord("bo", {}, { "asyn:READBACK": "1" });
  attach("asynInt32", output, "asyn(T)EMPTY");
  let writes = 0;
  params.EMPTY.written$.subscribe(() => writes++);
  params.EMPTY.set(1);
  assert.equal(output.getField("VAL"), 1);
  params.EMPTY.set(0);
  assert.equal(output.getField("VAL"), 0);
  assert.equal(writes, 0);
});

test("records that show what the driver does begin without the alarm of an undefined record", () => {
  const { attach } = rig();
  const undefinedAlarm = { STAT: Status.UDF, SEVR: Severity.INVALID };
  const alarmOf = (recordType: string, info: Readonly<Record<string, string>> = {}) => {
    const record = fakeRecord(recordType, undefinedAlarm, info);
    attach("asynInt32", record, "asyn(T,0,1)COUNT");
    return record.getField("SEVR");
  };
  assert.equal(alarmOf("busy"), Severity.NO_ALARM);
  assert.equal(alarmOf("bo", { "asyn:READBACK": "1" }), Severity.NO_ALARM);
  assert.equal(alarmOf("bo"), Severity.INVALID);
});

test("a value that the driver changed during a write comes back to the record afterwards", async () => {
  const { params, attach } = rig();
  params.COUNT.handleWrites((value) => Math.min(value, 10));
  const longout = fakeRecord("longout", {}, { "asyn:READBACK": "1" });
  const device = attach("asynInt32", longout, "asyn(T)COUNT");
  longout.setField("VAL", 99);
  await device.write?.();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(longout.getField("VAL"), 10);
});

test("a link to nothing says what is missing", () => {
  const { attach } = rig();
  const longin = () => fakeRecord("longin");
  assert.throws(() => attach("asynInt32", longin(), "asyn(NONE,0)COUNT"), /port "NONE" not found/);
  assert.throws(() => attach("asynInt32", longin(), "asyn(T,0)NONE"), /no parameter "NONE"/);
  assert.throws(() => attach("asynInt32", longin(), "asyn(T,0)TIME"), /Float64, not Int32/);
  assert.throws(() => attach("asynInt32", longin(), "COUNT"), /is not asyn/);
});
