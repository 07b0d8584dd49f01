import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { CaServer } from "../../../src/ca/index.js";
import { peerEnvironment, startServer } from "../../ca/support/loopback.js";
import { MemoryProvider, MemoryPv } from "../../ca/support/memoryProvider.js";
import { needsPython, runPython } from "../../support/python.js";

const ALARM = { status: 3, severity: 2 };

function makePvs(): MemoryProvider {
  const limits = {
    display: { low: -10, high: 10 },
    control: { low: -5, high: 5 },
    alarm: { low: -9, high: 9 },
    warning: { low: -8, high: 8 },
  };
  const pvs = {
    double: new MemoryPv("DOUBLE", 1.5, { units: "mm", precision: 3, ...limits }),
    long: new MemoryPv("LONG", 42, { units: "counts", ...limits }),
    enum: new MemoryPv("ENUM", 1, { states: ["Closed", "Open", "Moving"] }),
    text: new MemoryPv("STRING", "hello"),
    wave: new MemoryPv("SHORT", Int16Array.of(1, 2, 3), {}, 10),
    name: new MemoryPv("UCHAR", Uint8Array.from(Buffer.from("long text\0")), {}, 256),
    big: new MemoryPv("DOUBLE", new Float64Array(1), {}, 2_000_000),
    wide: new MemoryPv("INT64", 2n ** 40n),
    locked: new MemoryPv("DOUBLE", 7),
    slow: new MemoryPv("DOUBLE", 0),
  };
  pvs.locked.access = { read: true, write: false };
  pvs.slow.onWrite = () => new Promise((resolve) => setTimeout(resolve, 300));
  pvs.long.post(42, ALARM);
  return new MemoryProvider(pvs);
}

const PYEPICS = `
import json, time, epics, numpy
answers = {}
def ask(name, value): answers[name] = value
for name in ("double", "long", "enum", "text", "wide"):
    pv = epics.PV(name); ask(name, pv.get(timeout=5)); ask(name + " type", pv.type)
    ask(name + " as text", pv.get(as_string=True))
pv = epics.PV("double"); pv.wait_for_connection(5)
ctrl = pv.get_ctrlvars()
ask("limits", [ctrl[k] for k in ("lower_disp_limit", "upper_disp_limit", "lower_alarm_limit", "lower_warning_limit", "upper_warning_limit", "upper_alarm_limit", "lower_ctrl_limit", "upper_ctrl_limit")])
ask("units", ctrl["units"]); ask("precision", ctrl["precision"])
ask("states", list(epics.PV("enum").get_ctrlvars(timeout=5)["enum_strs"]))
longs = epics.PV("long"); longs.get(timeout=5); ask("severity", longs.severity); ask("status", longs.status)
ask("age", abs(longs.timestamp - time.time()) < 60)
ask("wave", epics.caget("wave").tolist())
ask("wave with count", epics.caget("wave", count=5).tolist())
ask("name", epics.caget("name", as_string=True))
ask("put", epics.caput("double", 2.25, wait=True, timeout=5)); ask("put value", epics.caget("double"))
ask("put enum by text", epics.caput("enum", "Moving", wait=True, timeout=5)); ask("enum after", epics.caget("enum"))
ask("put text to number", epics.caput("double", "3.5", wait=True, timeout=5)); ask("number after", epics.caget("double"))
epics.caput("wave", [9, 8], wait=True, timeout=5); ask("wave after", epics.caget("wave").tolist())
big = numpy.arange(2000000) / 3.0
epics.caput("big", big, wait=True, timeout=20); ask("big", bool((epics.caget("big", timeout=20) == big).all()))
start = time.time(); ask("slow", epics.caput("slow", 1, wait=True, timeout=5)); ask("slow waits", time.time() - start > 0.25)
locked = epics.PV("locked"); locked.wait_for_connection(5); ask("locked", [locked.read_access, locked.write_access])
seen = []
watched = epics.PV("text", callback=lambda value=None, **kw: seen.append(value)); watched.wait_for_connection(5)
deadline = time.time() + 5
while not seen and time.time() < deadline: time.sleep(0.01)
for word in ("a", "b", "c"): epics.caput("text", word, wait=True, timeout=5)
while len(seen) < 4 and time.time() < deadline: time.sleep(0.01)
ask("monitored", seen)
print("ANSWERS " + json.dumps(answers))
`;

const CAPROTO = `
import json, numpy
import functools
from caproto.sync import client
from caproto import ChannelType
read = functools.partial(client.read, repeater=False)
write = functools.partial(client.write, repeater=False)
answers = {}
def text(data): return [x.decode() if isinstance(x, bytes) else x for x in list(data)]
def plain(data): return [x.item() if hasattr(x, "item") else x for x in text(data)]
answers["double"] = plain(read("double").data)
answers["enum"] = plain(read("enum").data)
answers["enum as text"] = text(read("enum", data_type=ChannelType.STRING).data)
answers["text"] = text(read("text").data)
answers["wave"] = plain(read("wave").data)
control = read("double", data_type=ChannelType.CTRL_DOUBLE).metadata
answers["units"] = control.units.decode(); answers["upper control limit"] = control.upper_ctrl_limit
write("double", 4.5, notify=True); answers["put"] = plain(read("double").data)
write("wave", [5, 6, 7, 8], notify=True); answers["wave after"] = plain(read("wave").data)
print("ANSWERS " + json.dumps(answers))
`;

async function answersOf(program: string, server: CaServer): Promise<Record<string, unknown>> {
  const outcome = await runPython(program, { env: peerEnvironment(server.udpPort), timeoutSeconds: 60 });
  const line = outcome.stdout.split("\n").find((candidate) => candidate.startsWith("ANSWERS "));
  assert.ok(line, outcome.stdout + outcome.stderr);
  return JSON.parse(line.slice("ANSWERS ".length));
}

function expectAnswers(
  found: () => Record<string, unknown>,
  expected: Readonly<Record<string, unknown>>,
): void {
  for (const [what, value] of Object.entries(expected))
    it(what, () => {
      assert.deepEqual(found()[what], value);
    });
}

describe("pyepics, on EPICS Base's own client library, and our server agree on", needsPython, () => {
  let server: CaServer;
  let answers: Record<string, unknown> = {};

  before(async () => {
    server = await startServer([makePvs()]);
    answers = await answersOf(PYEPICS, server);
  });
  after(() => server.stop());

  expectAnswers(() => answers, {
    double: 1.5,
    "double type": "time_double",
    "double as text": "1.500",
    long: 42,
    "long type": "time_long",
    enum: 1,
    "enum type": "time_enum",
    "enum as text": "Open",
    text: "hello",
    "text type": "time_string",
    wide: 2 ** 40,
    "wide type": "time_double",
    limits: [-10, 10, -9, -8, 8, 9, -5, 5],
    units: "mm",
    precision: 3,
    states: ["Closed", "Open", "Moving"],
    severity: 2,
    status: 3,
    age: true,
    wave: [1, 2, 3],
    "wave with count": [1, 2, 3, 0, 0],
    name: "long text",
    put: 1,
    "put value": 2.25,
    "put enum by text": 1,
    "enum after": 2,
    "put text to number": 1,
    "number after": 3.5,
    "wave after": [9, 8],
    big: true,
    slow: 1,
    "slow waits": true,
    locked: [true, false],
    monitored: ["hello", "a", "b", "c"],
  });
});

describe("caproto's client and our server agree on", needsPython, () => {
  let server: CaServer;
  let answers: Record<string, unknown> = {};

  before(async () => {
    server = await startServer([makePvs()]);
    answers = await answersOf(CAPROTO, server);
  });
  after(() => server.stop());

  expectAnswers(() => answers, {
    double: [1.5],
    enum: ["Open"],
    "enum as text": ["Open"],
    text: ["hello"],
    wave: [1, 2, 3],
    units: "mm",
    "upper control limit": 5,
    put: [4.5],
    "wave after": [5, 6, 7, 8],
  });
});
