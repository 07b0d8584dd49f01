import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { needsShared, sharedDirectory } from "../../support/paths.js";
import { needsPython, runPython } from "../../support/python.js";
import { type DemoProcess, startDemo } from "./demoProcess.js";

const MEASUREMENT = join(sharedDirectory, "data", "tooth.h5");
const NEEDS = { ...needsPython, ...needsShared };

/** Rotation centre of the measurement in pixels, the same for both reconstructions. */
const CENTER = 296;

/**
 * Scans, captures and reconstructs the replayed measurement through the PVs, then repeats the filtered backprojection with
 * numpy straight from the measurement's file. Prints the comparison as one JSON line.
 */
const PROGRAM = `
import json, os, sys, threading, time
import epics, h5py, numpy as np
from p4p.client.thread import Context
path, center = sys.argv[1], float(sys.argv[2])
TS, TR = '2bmb:TomoScanStream:', '2bmb:TomoStream:'
with h5py.File(path, 'r') as f:
    data, white, dark = (f['/exchange/' + n][:] for n in ('data', 'data_white', 'data_dark'))
    angles = f['/exchange/theta'][:]
count, rows, n = data.shape

def put_wait(pv, value, seconds=60):
    assert epics.caput(pv, value, wait=True, timeout=seconds) == 1, pv + ' did not complete'

def wait_until(condition, seconds, what):
    limit = time.time() + seconds
    while not condition():
        assert time.time() < limit, what
        time.sleep(0.1)

for name, value in (('RotationStart', angles[0]), ('RotationStep', angles[1] - angles[0]), ('NumAngles', count), ('NumDarkFields', len(dark)),
                    ('NumFlatFields', len(white)), ('StreamScanType', 0), ('StreamNumCapture', 2 * count), ('StreamPreCount', 0),
                    ('ExposureTime', 0.02), ('FileName', 'replayed')):
    put_wait(TS + name, value, 20)
epics.caput(TS + 'StartScan', 1)
status = lambda: epics.caget(TS + 'ScanStatus', as_string=True)
wait_until(lambda: status() == 'Collecting projections', 60, 'the scan did not start: %s' % status())
put_wait(TS + 'StreamRetakeDark', 1)
put_wait(TS + 'StreamRetakeFlat', 1)
for name, value in (('Center', center), ('FilterType', 'Ramp'), ('OrthoZ', 0), ('OrthoX', n // 2), ('OrthoY', n // 2)):
    put_wait(TR + name, value, 20)
epics.caput(TR + 'StartRecon', 1)
put_wait(TS + 'StreamCapture', 1, 90)
def filled():
    have, _, total = (epics.caget(TR + 'BufferSize') or '').partition('/')
    return total != '' and int(have) >= int(total) > 100
wait_until(filled, 90, 'the buffer did not fill: %s' % epics.caget(TR + 'BufferSize'))
arrived = threading.Event(); newest = []
def keep(value):
    if isinstance(value, Exception) or value.value is None or len(value.value) == 0: return
    newest.append(value)
    if len(newest) >= 3: arrived.set()
context = Context('pva', nt=False)
subscription = context.monitor(TR + 'StreamRecon', keep)
assert arrived.wait(60), 'no reconstruction arrived'
width, height = (int(d.size) for d in newest[-1].dimension[:2])
ours = np.array(newest[-1].value).reshape(height, width)[:n, :n]
subscription.close(); context.close()
epics.caput(TS + 'AbortScan', 1)
folder = epics.caget(TS + 'FilePath', as_string=True)
name = os.path.join(folder, os.path.basename(epics.caget(TS + 'StreamFileName', as_string=True)))

corrected = (data[:, 0].astype(float) - dark[:, 0].mean(0)) / np.maximum(white[:, 0].mean(0) - dark[:, 0].mean(0), 1e-6)
sinogram = -np.log(np.maximum(corrected, 1e-6))
padded = 4096
filtered = np.fft.irfft(np.fft.rfft(sinogram, padded, axis=1) * np.fft.rfftfreq(padded), padded, axis=1)[:, :n]
axis = np.arange(n) - n // 2
x, y = np.meshgrid(axis, axis)
reference = np.zeros((n, n))
for row, theta in zip(filtered, np.deg2rad(angles)):
    reference += np.interp(x * np.cos(theta) - y * np.sin(theta) + center, np.arange(n), row, left=0, right=0)
reference *= np.pi / count
inside = x ** 2 + y ** 2 < (0.45 * n) ** 2
correlation = float(np.corrcoef(ours[inside], reference[inside])[0, 1])
scale = float((ours[inside] * reference[inside]).sum() / (reference[inside] ** 2).sum())

with h5py.File(name, 'r') as f:
    got = {d: f['/exchange/' + d][:] for d in ('data', 'data_white', 'data_dark', 'theta')}
nearest = np.abs(got['theta'][:, None] - angles[None, :]).argmin(1)
def same_frames(ours, theirs):
    return len(ours) == len(theirs) and all(any(np.array_equal(a, b) for b in theirs) for a in ours) \\
        and all(any(np.array_equal(a, b) for b in ours) for a in theirs)
print(json.dumps({'correlation': correlation, 'scale': scale, 'captured': list(got['data'].shape), 'dtype': str(got['data'].dtype),
    'dataEqual': bool(np.array_equal(got['data'], data[nearest])),
    'thetaError': float(np.abs(got['theta'] - angles[nearest]).max()), 'angles': len(set(nearest.tolist())),
    'whiteEqual': same_frames(got['data_white'], white), 'darkEqual': same_frames(got['data_dark'], dark)}))
`;

interface Comparison {
  readonly correlation: number;
  readonly scale: number;
  readonly captured: number[];
  readonly dtype: string;
  readonly dataEqual: boolean;
  readonly thetaError: number;
  readonly angles: number;
  readonly whiteEqual: boolean;
  readonly darkEqual: boolean;
}

let demo: DemoProcess | undefined;
let comparison: Comparison | undefined;

const compared = (): Comparison => {
  if (comparison === undefined) throw new Error("the replay did not finish");
  return comparison;
};

before(async () => {
  if (NEEDS.skip !== undefined) return;
  demo = await startDemo(["--replay", MEASUREMENT]);
  const outcome = await runPython(PROGRAM, {
    env: demo.env,
    args: [MEASUREMENT, String(CENTER)],
    timeoutSeconds: 170,
  });
  assert.equal(outcome.code, 0, `${outcome.stderr}\n${demo.output()}`);
  comparison = JSON.parse(outcome.stdout.trim().split("\n").at(-1) ?? "") as Comparison;
});

after(() => demo?.stop());

test("the z-slice of the tooth agrees with numpy's filtered backprojection", NEEDS, () => {
  assert.ok(compared().correlation > 0.98, `correlation ${compared().correlation}`);
});

test("the z-slice has numpy's scale, attenuation per pixel", NEEDS, () => {
  assert.ok(Math.abs(compared().scale - 1) < 0.03, `scale ${compared().scale}`);
});

test("each captured projection equals the measured one at its angle, to the bit", NEEDS, () => {
  const { dataEqual, captured, dtype, thetaError, angles } = compared();
  assert.deepEqual(
    { dataEqual, captured, dtype },
    { dataEqual: true, captured: [362, 2, 640], dtype: "float32" },
  );
  assert.ok(thetaError < 0.1, `angles differ by ${thetaError} degrees`);
  assert.ok(angles === 181, `only ${angles} different angles`);
});

test("the captured flat and dark fields are the measured ones", NEEDS, () => {
  assert.equal(compared().whiteEqual, true);
  assert.equal(compared().darkEqual, true);
});
