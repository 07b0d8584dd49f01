import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { needsPython, runPython } from "../../support/python.js";
import { type DemoProcess, startDemo } from "./demoProcess.js";

/** What an operator's pyepics script does to a running demo; prints what it saw as one JSON line. */
const OPERATOR = `
import json, threading, time, epics, h5py, numpy as np
TS = '2bmb:TomoScanStream:'
seen = {'ScanStatus': [], 'ImagesCollected': [], 'StreamMessage': []}
changed = threading.Condition()

def note(pvname=None, char_value=None, **kw):
    with changed:
        seen[pvname[len(TS):]].append(char_value)
        changed.notify_all()

pvs = {name: epics.PV(TS + name, callback=note) for name in seen}
for pv in pvs.values():
    assert pv.wait_for_connection(10), pv.pvname

def wait_for(name, wanted, seconds, start=0):
    limit = time.time() + seconds
    with changed:
        while not any(wanted(v) for v in seen[name][start:]):
            left = limit - time.time()
            assert left > 0, 'no such %s within %g s: %r' % (name, seconds, seen)
            changed.wait(left)

def text(name):
    return epics.caget(TS + name, as_string=True)

def put_wait(name, value, seconds):
    assert epics.caput(TS + name, value, wait=True, timeout=seconds) == 1, name + ' did not complete'

done = threading.Event()
start = epics.PV(TS + 'StartScan'); start.wait_for_connection(10)
for name, value in (('NumDarkFields', 5), ('NumFlatFields', 6), ('StreamNumCapture', 100), ('StreamPreCount', 20)):
    put_wait(name, value, 10)
put_wait('FileName', 'operator', 10)
assert start.put(1, wait=False, use_complete=True, callback=lambda **kw: done.set())
wait_for('ScanStatus', lambda v: v == 'Collecting projections', 40)
wait_for('ImagesCollected', lambda v: v.split('/')[0].isdigit() and int(v.split('/')[0]) >= 30, 40)
assert not done.is_set(), 'StartScan completed while the scan was running'

put_wait('StreamRetakeDark', 1, 40)
put_wait('StreamRetakeFlat', 1, 40)
limit = time.time() + 30
while epics.caget(TS + 'StreamPreCounted') < 20:
    assert time.time() < limit, 'the pre-count buffer did not fill'
    time.sleep(0.1)
put_wait('StreamCapture', 1, 60)
captured = {'total': epics.caget(TS + 'StreamNumTotalCaptured'), 'message': text('StreamMessage'),
            'file': text('StreamFileName'), 'path': text('FilePath'), 'full': text('FullFileName')}

# A capture that begins by itself, when a PV of the sample's environment passes a limit.
FORCE = TS + 'FlatExposureTime'
for name, value in (('TriggerExpression.INPA', FORCE + ' CP'), ('TriggerExpression.CALC', 'A>5'), ('StreamNumCapture', 15),
                    ('TriggerArm', 1)):
    put_wait(name, value, 10)
status = epics.PV(TS + 'TriggerStatus')
disarmed = threading.Event()
ready = threading.Event()
def follow(char_value=None, **kw):
    if char_value == 'Ready': ready.set()
    elif char_value == 'Disarmed' and ready.is_set(): disarmed.set()
status.add_callback(follow, run_now=True)
assert ready.wait(10), 'the trigger is not ready: %r' % status.get(as_string=True)
epics.caput(FORCE, 7)
assert disarmed.wait(40), 'the trigger did not capture: %r' % text('TriggerMessage')
triggered = {'count': epics.caget(TS + 'TriggerCount'), 'message': text('TriggerMessage'),
             'total': epics.caget(TS + 'StreamNumTotalCaptured'), 'file': text('StreamFileName')}

epics.caput(TS + 'AbortScan', 1)
assert done.wait(30), 'the put-callback of StartScan did not complete after AbortScan'
wait_for('ScanStatus', lambda v: v == 'Scan aborted', 10)

import os
name = os.path.join(captured['path'], os.path.basename(captured['file']))
shapes = {}
with h5py.File(name, 'r') as f:
    for d in ('data', 'data_white', 'data_dark', 'theta'):
        shapes[d] = list(f['/exchange/' + d].shape)
    theta = f['/exchange/theta'][:]
    ids = f['/defaults/NDArrayUniqueId'][:]
    steps = np.diff(theta) / np.diff(ids)
    shapes['thetaStepSpread'] = float(np.ptp(steps))
    shapes['preCount'] = int(f['/exchange/data'].attrs['pre_count'])
    shapes['meanWhite'] = float(f['/exchange/data_white'][:].mean())
    shapes['meanDark'] = float(f['/exchange/data_dark'][:].mean())
    shapes['meanData'] = float(f['/exchange/data'][:].mean())
ring = os.path.join(captured['path'], 'circular_buffer_' + os.path.basename(captured['file']))
with h5py.File(ring, 'r') as f:
    shapes['ring'] = list(f['/exchange/data'].shape)
    shapes['ringIsFirst'] = f['/defaults/NDArrayUniqueId'][:].tolist() == ids[:20].tolist()
print(json.dumps({'seen': seen, 'captured': captured, 'triggered': triggered, 'shapes': shapes}))
`;

interface Report {
  readonly seen: Readonly<Record<"ScanStatus" | "ImagesCollected" | "StreamMessage", string[]>>;
  readonly captured: { total: number; message: string; file: string };
  readonly triggered: { count: number; message: string; total: number; file: string };
  readonly shapes: Readonly<Record<string, unknown>> & {
    data: number[];
    data_white: number[];
    data_dark: number[];
    theta: number[];
    ring: number[];
    ringIsFirst: boolean;
    preCount: number;
    thetaStepSpread: number;
    meanWhite: number;
    meanDark: number;
    meanData: number;
  };
}

let demo: DemoProcess | undefined;
let report: Report | undefined;

const reported = (): Report => {
  if (report === undefined) throw new Error("the operator's script did not finish");
  return report;
};

before(async () => {
  if (needsPython.skip !== undefined) return;
  demo = await startDemo();
  const { code, stdout, stderr } = await runPython(OPERATOR, { env: demo.env, timeoutSeconds: 150 });
  assert.equal(code, 0, `${stderr}\n${demo.output()}`);
  report = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Report;
});

after(() => demo?.stop());

test("a scan goes through its states until it is aborted", needsPython, () => {
  const { ScanStatus } = reported().seen;
  for (const status of ["Beginning scan", "Collecting projections", "Scan aborted"])
    assert.ok(ScanStatus.includes(status), `${status} is missing from ${ScanStatus}`);
});

test(
  "a capture of 100 projections with a pre-count of 20 is one file of 120, with the 20 in one besides",
  needsPython,
  () => {
    const { captured, shapes } = reported();
    assert.equal(captured.total, 120);
    assert.equal(captured.message, "Done");
    assert.equal(shapes.data[0], 120);
    assert.equal(shapes.preCount, 20);
    assert.equal(shapes.ring[0], 20);
    assert.ok(shapes.ringIsFirst, "the frames from before are the first of the file");
  },
);

test(
  "an armed trigger captures into the next file when its expression turns true, with what came before",
  needsPython,
  () => {
    const { count, message, total, file } = reported().triggered;
    assert.deepEqual([count, message], [1, "Captured"]);
    assert.ok(total > 15 && total <= 35, `${total} frames with the pre-count`);
    assert.notEqual(file, reported().captured.file);
  },
);

test("StreamMessage tells each action", needsPython, () => {
  const { StreamMessage } = reported().seen;
  for (const message of [
    "Capturing dark fields",
    "Capturing flat fields",
    "Capturing projections",
    "Capturing circular buffer",
  ])
    assert.ok(StreamMessage.includes(message), `${message} is missing from ${StreamMessage}`);
});

test("the captured file holds darks, flats and an angle for each projection", needsPython, () => {
  const { shapes } = reported();
  const image = shapes.data.slice(1);
  assert.deepEqual(shapes.data_dark, [5, ...image]);
  assert.deepEqual(shapes.data_white, [6, ...image]);
  assert.deepEqual(shapes.theta, [120]);
  assert.ok(shapes.thetaStepSpread < 1e-3, `uneven steps: ${shapes.thetaStepSpread}`);
  const { meanDark, meanData, meanWhite } = shapes;
  assert.ok(meanDark < meanData && meanData < meanWhite, `${meanDark}, ${meanData}, ${meanWhite}`);
});
