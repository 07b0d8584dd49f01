import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { NEVER } from "rxjs";
import { Status } from "../../../src/channel/alarm.js";
import { asynDeviceSupports } from "../../../src/drivers/asyn/asynDeviceSupport.js";
import { defineDriver } from "../../../src/drivers/asyn/defineDriver.js";
import { choice, int32, octet } from "../../../src/drivers/asyn/driverParameter.js";
import { PortRegistry } from "../../../src/drivers/asyn/portRegistry.js";
import { RecordEngine } from "../../../src/records/index.js";
import { database, type TestRecords } from "../../records/support.js";

const testPort = defineDriver(
  "Test",
  {
    COUNT: int32(7),
    LATER: int32(),
    NAME: octet("camera"),
    SOURCE: choice(["Software", "Line0", "Line2"], 1),
    SWITCH: choice(["No", "Yes"]),
  },
  () => NEVER,
);

function rig(context: TestContext, records: TestRecords) {
  const ports = new PortRegistry();
  const { params } = ports.add(testPort("T"));
  const engine = new RecordEngine();
  for (const support of asynDeviceSupports(ports)) engine.addDeviceSupport(support);
  assert.deepEqual(engine.load(database(records)), []);
  engine.iocInit();
  context.after(() => {
    engine.stop();
    ports.close();
  });
  return { engine, params };
}

test("an output record shows the driver's value after iocInit, and PINI does not overwrite it", (context) => {
  const { engine, params } = rig(context, {
    out: ["longout", { DTYP: "asynInt32", OUT: "@asyn(T,0)COUNT", VAL: "3", PINI: "YES" }],
  });
  assert.equal(engine.get("out"), 7);
  assert.equal(params.COUNT.value, 7);
});

test("PINI writes the database's value where the driver has none", (context) => {
  const { params } = rig(context, {
    out: ["longout", { DTYP: "asynInt32", OUT: "@asyn(T,0)LATER", VAL: "3", PINI: "YES" }],
  });
  assert.equal(params.LATER.value, 3);
});

test("a put with completion reaches the driver; a link to nothing is an alarm with a reason", async (context) => {
  const { engine, params } = rig(context, {
    out: ["longout", { DTYP: "asynInt32", OUT: "@asyn(T,0)COUNT" }],
    lost: ["longout", { DTYP: "asynInt32", OUT: "@asyn(T,0)NONE" }],
  });
  assert.ok((await engine.putNotify("out", 12)).ok);
  assert.equal(params.COUNT.value, 12);
  engine.put("lost", 1);
  assert.equal(engine.get("lost.STAT"), Status.WRITE);
  assert.match(String(engine.get("lost.AMSG")), /no parameter "NONE"/);
});

test("a waveform of characters shows the driver's text and writes its own", async (context) => {
  const { engine, params } = rig(context, {
    name: ["waveform", { DTYP: "asynOctetWrite", INP: "@asyn(T,0)NAME", FTVL: "CHAR", NELM: "64" }],
    shown: [
      "waveform",
      { DTYP: "asynOctetRead", INP: "@asyn(T,0)NAME", FTVL: "CHAR", NELM: "64", SCAN: "I/O Intr" },
    ],
  });
  const text = (name: string) => Buffer.from(engine.get(name) as Int8Array).toString();
  assert.equal(text("name"), "", "texts do not begin with what the device has");
  assert.ok((await engine.putNotify("name", Int8Array.from(Buffer.from("/data\0\0")))).ok);
  assert.equal(params.NAME.value, "/data");
  assert.equal(text("shown"), "/data");
});

test("a parameter with named values gives its records their states", async (context) => {
  const { engine, params } = rig(context, {
    source: ["mbbo", { DTYP: "asynInt32", OUT: "@asyn(T,0)SOURCE", ZRST: "N.A." }],
    shown: ["mbbi", { DTYP: "asynInt32", INP: "@asyn(T,0)SOURCE", ZRST: "N.A.", SCAN: "I/O Intr" }],
    toggle: ["bo", { DTYP: "asynInt32", OUT: "@asyn(T,0)SWITCH" }],
  });
  assert.equal(engine.getString("source"), "Line0");
  assert.ok((await engine.putNotify("source", "Line2")).ok);
  assert.equal(params.SOURCE.value, 2);
  assert.equal(engine.getString("shown"), "Line2");
  assert.equal(engine.getString("toggle"), "No");
});
