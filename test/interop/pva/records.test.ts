import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Severity, Status } from "../../../src/channel/alarm.js";
import type { PvaServer } from "../../../src/pva/index.js";
import { startLoopbackServer } from "../../pva/support/loopback.js";
import { TableProvider } from "../../pva/support/tableProvider.js";
import { freePort } from "../../support/freePorts.js";
import { needsPython, runPython } from "../../support/python.js";

const limits = (low: number, high: number) => ({ low, high });

describe("records, used by real clients", needsPython, () => {
  const table = new TableProvider({
    "t:ao": {
      fieldType: "DOUBLE",
      value: 1.5,
      properties: {
        units: "mm",
        precision: 3,
        description: "position",
        form: "Exponential",
        display: limits(-20, 20),
        control: limits(-10, 10),
        alarm: limits(-9, 9),
        warning: limits(-8, 8),
      },
    },
    "t:enum": { fieldType: "ENUM", value: 1, properties: { states: ["Off", "On", "Blink"] } },
    "t:wave": { fieldType: "FLOAT", elementCount: 100, value: Float32Array.of(1, 2, 3) },
    "t:text": { fieldType: "STRING", value: "hello" },
    "t:name": {
      fieldType: "CHAR",
      elementCount: 256,
      value: new Int8Array(Buffer.from("/data/file.h5\0")),
      properties: { form: "String" },
    },
    "t:big": { fieldType: "INT64", value: 1234567890123456789n },
    "t:count": { fieldType: "LONG", value: 0 },
  });
  let server: PvaServer;
  let env: Readonly<Record<string, string>>;

  before(async () => {
    ({ server, env } = await startLoopbackServer({ providers: [table] }));
  });
  after(() => server.stop());

  const p4p = async (body: string): Promise<unknown> => {
    const program = `
import json, queue
from p4p.client.thread import Context
with Context('pva', nt=False) as context:
${body
  .trim()
  .split("\n")
  .map((line) => `    ${line}`)
  .join("\n")}
`;
    const { code, stdout, stderr } = await runPython(program, { env, timeoutSeconds: 30 });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  };

  test("a number comes with everything QSRV tells of it", async () => {
    const seen = await p4p(`
value = context.get('t:ao', timeout=10)
print(json.dumps([value.getID(), value.todict()]))
`);
    const limit = (low: number, high: number) => ({ limitLow: low, limitHigh: high });
    assert.deepEqual(seen, [
      "epics:nt/NTScalar:1.0",
      {
        value: 1.5,
        alarm: { severity: 0, status: 0, message: "" },
        timeStamp: { secondsPastEpoch: 631_153_000, nanoseconds: 5, userTag: 0 },
        display: {
          ...limit(-20, 20),
          description: "position",
          units: "mm",
          precision: 3,
          form: {
            index: 5,
            choices: ["Default", "String", "Binary", "Decimal", "Hex", "Exponential", "Engineering"],
          },
        },
        control: { ...limit(-10, 10), minStep: 0 },
        valueAlarm: {
          active: false,
          lowAlarmLimit: -9,
          lowWarningLimit: -8,
          highWarningLimit: 8,
          highAlarmLimit: 9,
          lowAlarmSeverity: 0,
          lowWarningSeverity: 0,
          highWarningSeverity: 0,
          highAlarmSeverity: 0,
          hysteresis: 0,
        },
      },
    ]);
  });

  test("values of other types arrive as they are", async () => {
    const seen = await p4p(`
names = ['t:text', 't:name', 't:big']
print(json.dumps([context.get(name, timeout=10).value for name in names] + [[float(x) for x in context.get('t:wave').value]]))
`);
    assert.deepEqual(seen, ["hello", "/data/file.h5", Number(1234567890123456789n), [1, 2, 3]]);
  });

  test("an enum comes with its choices and is put by index", async () => {
    const seen = await p4p(`
before = context.get('t:enum', timeout=10).value
context.put('t:enum', {'value.index': 2})
print(json.dumps([before.index, before.choices, context.get('t:enum').value.index]))
`);
    assert.deepEqual(seen, [1, ["Off", "On", "Blink"], 2]);
  });

  test("p4p puts an enum by the text of its state", async () => {
    const { code, stderr } = await runPython(
      `
from p4p.client.thread import Context
with Context('pva') as context:
    context.put('t:enum', 'Off', timeout=10)
`,
      { env },
    );
    assert.equal(code, 0, stderr);
    assert.equal(table.sample("t:enum").value, 0);
  });

  test("an array is put whole", async () => {
    await p4p(`
context.put('t:wave', {'value': [4, 5]}, timeout=10)
print('null')
`);
    assert.deepEqual(table.sample("t:wave").value, Float32Array.of(4, 5));
  });

  test("a long string is put as characters", async () => {
    await p4p(`
context.put('t:name', {'value': 'x.h5'}, timeout=10)
print('null')
`);
    assert.deepEqual(table.sample("t:name").value, new Int8Array(Buffer.from("x.h5\0")));
  });

  test("a put that blocks waits for completion", async () => {
    await p4p(`
context.put('t:ao', {'value': 2.5}, request='record[process=true,block=true]field(value)', timeout=10)
print('null')
`);
    const { value, isNotify, process } = table.writes.at(-1) ?? {};
    assert.deepEqual([value, isNotify, process], [{ type: "DOUBLE", value: 2.5 }, true, "force"]);
  });

  test("a monitor tells of alarms by class, with the name of the status", async () => {
    const poster = setInterval(
      () => table.post("t:count", { value: 7, status: Status.HIHI, severity: Severity.MAJOR }),
      50,
    );
    const seen = await p4p(`
events = queue.Queue()
subscription = context.monitor('t:count', events.put)
while True:
    event = events.get(timeout=10)
    if event.value == 7:
        break
subscription.close()
print(json.dumps([event.alarm.severity, event.alarm.status, event.alarm.message]))
`).finally(() => clearInterval(poster));
    assert.deepEqual(seen, [2, 1, "HIHI"]);
  });

  test("pvapy gets and puts", async () => {
    const { code, stdout, stderr } = await runPython(
      `
import json, os
import pvaccess
channel = pvaccess.Channel('t:count')
channel.put(42)
print(json.dumps([channel.get()['value'], pvaccess.Channel('t:enum').get()['value']['index']]), flush=True)
os._exit(0)
`,
      { env },
    );
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout)[0], 42);
  });
});

/** A soft IOC of EPICS Base with QSRV, one record of each kind, and what p4p says their types are. */
const referenceTypes = `
import json, threading
from softioc import softioc, builder, asyncio_dispatcher
from p4p.client.thread import Context
builder.SetDeviceName('Q')
builder.aOut('ao')
builder.longOut('lo')
builder.mbbOut('mbbo', 'Zero', 'One')
builder.stringOut('so')
builder.WaveformOut('wf', [1, 2], FTVL='SHORT')
builder.LoadDatabase()
softioc.iocInit(asyncio_dispatcher.AsyncioDispatcher())
with Context('pva', nt=False) as context:
    values = context.get(['Q:ao', 'Q:lo', 'Q:mbbo', 'Q:so', 'Q:wf'], timeout=20)
    print(json.dumps([[value.getID(), value.type().aspy()] for value in values]), flush=True)
import os; os._exit(0)
`;

test("the types of records are QSRV's", needsPython, async () => {
  const table = new TableProvider({
    "Q:ao": { fieldType: "DOUBLE", value: 0 },
    "Q:lo": { fieldType: "LONG", value: 0 },
    "Q:mbbo": { fieldType: "ENUM", value: 0 },
    "Q:so": { fieldType: "STRING", value: "" },
    "Q:wf": { fieldType: "SHORT", elementCount: 2, value: Int16Array.of(1, 2) },
  });
  const { server, env } = await startLoopbackServer({ providers: [table] });
  const last = (stdout: string): unknown => JSON.parse(stdout.trim().split("\n").at(-1) ?? "null");
  const ours = await runPython(
    `
import json
from p4p.client.thread import Context
with Context('pva', nt=False) as context:
    values = context.get(['Q:ao', 'Q:lo', 'Q:mbbo', 'Q:so', 'Q:wf'], timeout=20)
    print(json.dumps([[value.getID(), value.type().aspy()] for value in values]))
`,
    { env },
  );
  await server.stop();
  const other = await startLoopbackServer({});
  await other.server.stop();
  const reference = await runPython(referenceTypes, {
    env: {
      ...other.env,
      EPICS_PVA_SERVER_PORT: String(other.udpPort),
      EPICS_PVAS_INTF_ADDR_LIST: "127.0.0.1",
      EPICS_CAS_INTF_ADDR_LIST: "127.0.0.1",
      EPICS_CA_SERVER_PORT: String(await freePort()),
    },
  });
  assert.equal(reference.code, 0, reference.stderr);
  assert.deepEqual(last(ours.stdout), last(reference.stdout));
});
