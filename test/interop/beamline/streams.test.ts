import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { needsPython, runPython } from "../../support/python.js";
import { type DemoProcess, startDemo } from "./demoProcess.js";

/** Monitors an NTNDArray for a while and prints the unique ids and sizes that arrived. */
const P4P_MONITOR = `
import json, sys, threading
from p4p.client.thread import Context
name, wanted = sys.argv[1], int(sys.argv[2])
ids, sizes, enough = [], [], threading.Event()
context = Context('pva', nt=False)
def callback(value):
    if isinstance(value, Exception): return
    if value.value is None or len(value.value) == 0: return
    ids.append(int(value.uniqueId)); sizes.append([int(d.size) for d in value.dimension])
    if len(ids) >= wanted: enough.set()
subscription = context.monitor(name, callback, request='record[queueSize=200]field()')
assert enough.wait(60), 'only %d updates of %s' % (len(ids), name)
subscription.close(); context.close()
print(json.dumps({'ids': ids[:wanted], 'size': sizes[-1]}))
`;

/**
 * The same with pvapy. A queue of its own (setMonitorMaxQueueLength) is left out: with one, half of its monitors
 * never start, against EPICS's own server too.
 */
const PVAPY_MONITOR = `
import json, sys, threading, pvaccess as pva
name, wanted = sys.argv[1], int(sys.argv[2])
ids, enough = [], threading.Event()
def arrived(value):
    ids.append(value['uniqueId'])
    if len(ids) >= wanted: enough.set()
channel = pva.Channel(name)
channel.monitor(arrived, 'record[queueSize=200]field()')
assert enough.wait(60), 'only %d updates of %s' % (len(ids), name)
channel.stopMonitor()
print(json.dumps({'ids': ids[:wanted]}))
`;

/** Sets the exposure for 20 frames/s, starts the scan, takes dark and flat fields, starts the reconstruction. */
const START = `
import epics, time
TS, TR = '2bmb:TomoScanStream:', '2bmb:TomoStream:'
epics.caput(TS + 'ExposureTime', 1 / 20 / 1.0516, wait=True, timeout=20)
epics.caput(TS + 'StartScan', 1)
limit = time.time() + 60
while not (epics.caget(TS + 'ImagesCollected') or '0').split('/')[0] > '0':
    assert time.time() < limit, 'no frames'
    time.sleep(0.1)
for retake in ('StreamRetakeDark', 'StreamRetakeFlat'):
    assert epics.caput(TS + retake, 1, wait=True, timeout=60) == 1, retake
assert epics.caget(TS + 'ScanStatus', as_string=True) == 'Collecting projections'
epics.caput(TR + 'StartRecon', 1)
`;

let demo: DemoProcess | undefined;

before(async () => {
  if (needsPython.skip !== undefined) return;
  demo = await startDemo();
  const { code, stderr } = await runPython(START, { env: demo.env, timeoutSeconds: 150 });
  assert.equal(code, 0, `${stderr}\n${demo.output()}`);
});

after(() => demo?.stop());

async function monitor(
  program: string,
  name: string,
  updates: number,
): Promise<{ ids: number[]; size?: number[] }> {
  if (demo === undefined) throw new Error("the demo is not running");
  const outcome = await runPython(program, {
    env: demo.env,
    args: [name, String(updates)],
    timeoutSeconds: 90,
  });
  assert.equal(outcome.code, 0, `${outcome.stderr}\n${demo.output()}`);
  return JSON.parse(outcome.stdout.trim().split("\n").at(-1) ?? "") as { ids: number[]; size?: number[] };
}

const gaps = (ids: readonly number[]): number[] =>
  ids.slice(1).flatMap((id, index) => (id - (ids[index] ?? 0) === 1 ? [] : [id]));

test("p4p receives every camera frame in order", needsPython, async () => {
  const { ids } = await monitor(P4P_MONITOR, "2bmSP1:Pva1:Image", 60);
  assert.deepEqual(gaps(ids.slice(1)), []);
});

test("pvapy receives every camera frame in order", needsPython, async () => {
  const { ids } = await monitor(PVAPY_MONITOR, "2bmSP1:Pva1:Image", 60);
  assert.deepEqual(gaps(ids.slice(1)), []);
});

test("p4p receives the ortho-slices of every projection, n rows by 3n columns", needsPython, async () => {
  const { ids, size } = await monitor(P4P_MONITOR, "2bmb:TomoStream:StreamRecon", 40);
  assert.deepEqual(gaps(ids.slice(1)), []);
  assert.deepEqual(size, [768, 256]);
});

test("pvapy receives the ortho-slices of every projection", needsPython, async () => {
  const { ids } = await monitor(PVAPY_MONITOR, "2bmb:TomoStream:StreamRecon", 40);
  assert.deepEqual(gaps(ids.slice(1)), []);
});
