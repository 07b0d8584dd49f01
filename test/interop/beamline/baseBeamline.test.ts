import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { freePort, loopbackEnvironment } from "../../support/freePorts.js";
import { repositoryRoot } from "../../support/paths.js";
import { interopPython, needsPython, runPython } from "../../support/python.js";

/**
 * What an operator does to the two scan servers, and what is in the files then: fields, ids and how far the angles are from where
 * the stage was. Prints it as one JSON line.
 */
const OPERATOR = `
import json, os, sys, threading, time
import epics, h5py, numpy as np
folder, STREAM, FLY = sys.argv[1] + '/', '2bmb:TomoScanStream:', '2bmb:TomoScan:'

def put(pv, value, seconds=60):
    status = epics.caput(pv, value, wait=True, timeout=seconds)
    assert status == 1, '%s did not complete; %r' % (pv, [epics.caget(s + 'ScanStatus', as_string=True) for s in (STREAM, FLY)])

def until(pv, wanted, seconds=30):
    limit = time.time() + seconds
    while not wanted(epics.caget(pv, as_string=True)):
        assert time.time() < limit, '%s: %r; %r' % (pv, epics.caget(pv, as_string=True), epics.caget(STREAM + 'ScanStatus', as_string=True))
        time.sleep(0.05)

def contents(name):
    with h5py.File(os.path.join(folder, name), 'r') as f:
        projections = f['/defaults/HDF5FrameLocation'][:] == b'/exchange/data'
        theta, angles = f['/exchange/theta'][:], f['/simulated/angle'][:len(projections)][projections]
        ids = f['/defaults/NDArrayUniqueId'][:][projections]
        return {'frames': len(theta), 'error': float(np.abs(theta - angles).max()), 'gaps': int((np.diff(ids) != 1).sum()), 'theta': str(theta.dtype),
                **{d: [f['/exchange/' + d].shape[0], float(f['/exchange/' + d][:].mean())] for d in ('data', 'data_dark', 'data_white')}}

common = (('FilePath', folder), ('NumAngles', 40), ('RotationStep', 1), ('RotationStart', 0), ('NumDarkFields', 3), ('NumFlatFields', 4),
          ('ExposureTime', 0.02), ('FlatFieldAxis', 'X'), ('SampleOutX', 5))
for server, more in ((STREAM, (('FileName', 'stream'), ('StreamPreCount', 5), ('StreamNumCapture', 30), ('StreamScanType', 'backforth'))),
                     (FLY, (('FileName', 'fly'), ('DarkFieldMode', 'Start'), ('FlatFieldMode', 'Both')))):
    until(server + 'ServerRunning', lambda value: value == 'Running')
    for name, value in common + more:
        put(server + name, value)

done = threading.Event()
start = epics.PV(STREAM + 'StartScan')
assert start.wait_for_connection(10)
start.put(1, use_complete=True, callback=lambda **kw: done.set())
until(STREAM + 'ImagesCollected', lambda value: value.split('/')[0] not in ('', '0'))
put(STREAM + 'StreamRetakeDark', 1)
put(STREAM + 'StreamRetakeFlat', 1)
# The ring stood during the retakes: frames from before have to leave it.
collected = int(epics.caget(STREAM + 'ImagesCollected', as_string=True).split('/')[0])
until(STREAM + 'ImagesCollected', lambda value: int(value.split('/')[0]) > collected + 25)
until(STREAM + 'StreamPreCounted', lambda value: value == '5')
put(STREAM + 'StreamCapture', 1)
stream = {'total': epics.caget(STREAM + 'StreamNumTotalCaptured'), 'file': epics.caget(STREAM + 'StreamFileName', as_string=True),
          'binned': epics.caget('2bmSP2:ROI1:NDArrayPort')}
assert not done.is_set(), 'StartScan completed too early'
put(STREAM + 'AbortScan', 1)
assert done.wait(20), 'StartScan did not complete after AbortScan'
stream.update(status=epics.caget(STREAM + 'ScanStatus', as_string=True), moving=1 - epics.caget('2bmb:m102.DMOV'),
              beam=epics.caget('2bma:B_shutter:status'), frontEnd=epics.caget('PA:02BM:STA_A_FES_OPEN_PL'), **contents('stream_001.h5'))
ring = contents('circular_buffer_stream_001.h5')

epics.caput('2bmSP1:HDF1:FileNumber', 1, wait=True)
put(FLY + 'StartScan', 1, 60)
flown = epics.caget(FLY + 'ScanStatus', as_string=True)
assert flown == 'Scan complete', flown
fly = dict(status=flown, beam=epics.caget('2bma:B_shutter:status'), file=epics.caget(FLY + 'FullFileName', as_string=True))
assert os.path.exists(fly['file']), (fly['file'], os.listdir(folder))
fly.update(contents('fly_001.h5'))

epics.caput('2bm:MCTOptics:CameraSelect', 1, wait=True)
until(STREAM + 'CameraPVPrefix', lambda value: value == '2bmSP2:')
until(STREAM + 'FilePluginPVPrefix', lambda value: value == '2bmSP2:HDF1:')
until('2bmSP2:cam1:NDAttributesMacros', lambda value: value.startswith('DET=2bmSP2:'))
for plugin in ('2bmSP2:HDF1:', '2bmSP2:ROI1:', '2bmSP2:CB1:'):
    until(plugin + 'NDArrayPort', lambda value: value == 'SP2')
print(json.dumps({'stream': stream, 'ring': ring, 'fly': fly, 'other': epics.caget('2bmSP2:ROI1:NDArrayPort')}))
`;

interface File {
  readonly frames: number;
  readonly error: number;
  readonly gaps: number;
  readonly theta: string;
  readonly data: [frames: number, mean: number];
  readonly data_dark: [frames: number, mean: number];
  readonly data_white: [frames: number, mean: number];
}

interface Report {
  readonly stream: File & {
    readonly total: number;
    readonly file: string;
    readonly binned: string;
    readonly status: string;
    readonly moving: number;
    readonly beam: number;
    readonly frontEnd: number;
  };
  readonly ring: File;
  readonly fly: File & { readonly status: string; readonly beam: number };
  /** The port that the region plugin listens to once the other camera is chosen. */
  readonly other: string;
}

/** Angles are those of the stage within an encoder count; a frame step of 1 degree is 32889 of 11840158 / 360 counts. */
const ENCODER_COUNT = 360 / 11_840_158;

const folder = mkdtempSync(join(tmpdir(), "tomoioc-base-"));
const children: ChildProcessWithoutNullStreams[] = [];
const said: string[] = [];
let report: Report | undefined;

const reported = (): Report => {
  if (report === undefined) throw new Error("the operator's script did not finish");
  return report;
};

/** Starts a program that ends with its standard input. */
function launch(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd = folder,
): ChildProcessWithoutNullStreams {
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env } });
  children.push(child);
  const listen = (chunk: Buffer): void => void said.push(chunk.toString());
  child.stdout.on("data", listen);
  child.stderr.on("data", listen);
  return child;
}

/** Waits until a program says something. */
function says(child: ChildProcessWithoutNullStreams, wanted: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = "";
    const listen = (chunk: Buffer): void => {
      text += chunk.toString();
      if (wanted.test(text)) resolve();
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.on("error", reject);
    child.on("close", (code) => reject(new Error(`${child.spawnfile} ended with ${code}\n${said.join("")}`)));
  });
}

before(async () => {
  if (needsPython.skip !== undefined) return;
  const loopback = await loopbackEnvironment();
  const ports = await Promise.all([freePort(), freePort(), freePort(), freePort(), freePort()]);
  const [base, motor, stream, fly, controller] = ports.map(String);
  const clients = {
    ...loopback,
    EPICS_CA_ADDR_LIST: [base, motor, stream, fly].map((port) => `127.0.0.1:${port}`).join(" "),
  };
  const serving = async (port = ""): Promise<NodeJS.ProcessEnv> => ({
    ...clients,
    EPICS_CA_SERVER_PORT: port,
    EPICS_CAS_SERVER_PORT: port,
    EPICS_PVA_SERVER_PORT: String(await freePort()),
    EPICS_PVAS_SERVER_PORT: String(await freePort()),
  });
  const python = interopPython ?? "python3";
  const here = join(repositoryRoot, "test/interop/beamline");
  const scanIoc = async (name: string, port: string | undefined): Promise<void> => {
    const place = join(folder, "iocBoot", name);
    cpSync(join(repositoryRoot, "iocBoot", name), place, { recursive: true });
    const env = {
      ...(await serving(port)),
      PSO_ADDRESS: `127.0.0.1:${controller}`,
      TOMOSCAN_FAST_SHUTTER_SECONDS: "0.05",
    };
    await says(
      launch(process.execPath, [join(repositoryRoot, "bin/softIoc"), "st.cmd"], env, place),
      /iocRun/,
    );
  };
  const quiet = { ...(await serving(motor)), EPICS_CAS_BEACON_ADDR_LIST: "" };
  await says(launch(python, ["-u", join(here, "baseMotor.py"), "2bmb:m102"], quiet), /is there/);
  const beamline = launch(
    python,
    ["-u", join(here, "baseBeamline.py"), controller ?? ""],
    await serving(base),
  );
  await says(beamline, /^running/m);
  await scanIoc("iocTomoScanStream_2BMB", stream);
  await scanIoc("iocTomoScan_2BMB", fly);
  const connected = says(beamline, /^connected/m);
  beamline.stdin.write("connect\n");
  await connected;
  const outcome = await runPython(OPERATOR, { env: clients, args: [folder], timeoutSeconds: 120 });
  assert.equal(outcome.code, 0, `${outcome.stderr}\n${said.join("")}`);
  report = JSON.parse(outcome.stdout.trim().split("\n").at(-1) ?? "") as Report;
});

after(async () => {
  for (const child of children) {
    child.removeAllListeners("close");
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill();
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

test(
  "a stream on a beamline of EPICS Base records captures with fields, pre-count and true angles",
  needsPython,
  () => {
    const { stream, ring } = reported();
    assert.deepEqual(
      [stream.total, stream.file, stream.frames, stream.gaps, stream.theta],
      [35, "stream_001.h5", 35, 0, "float64"],
    );
    assert.deepEqual(
      [stream.data, stream.data_dark, stream.data_white],
      [
        [35, 500],
        [3, 10],
        [4, 1000],
      ],
    );
    assert.equal(ring.frames, 5);
    assert.ok(
      stream.error < 2 * ENCODER_COUNT && ring.error < 2 * ENCODER_COUNT,
      `${stream.error} ${ring.error}`,
    );
    assert.equal(stream.binned, "SP1");
  },
);

test("its abort completes the put-callback with the stage at rest and the beam off", needsPython, () => {
  const { status, moving, beam, frontEnd } = reported().stream;
  assert.deepEqual(
    { status, moving, beam, frontEnd },
    { status: "Scan aborted", moving: 0, beam: 0, frontEnd: 1 },
  );
});

test("the fly scan server beside it takes its fields and one projection for each angle", needsPython, () => {
  const { fly } = reported();
  assert.deepEqual([fly.status, fly.beam, fly.frames, fly.gaps], ["Scan complete", 0, 40, 0]);
  assert.deepEqual(
    [fly.data, fly.data_dark, fly.data_white],
    [
      [40, 500],
      [3, 10],
      [8, 1000],
    ],
  );
  assert.ok(fly.error < 2 * ENCODER_COUNT, `${fly.error}`);
});

test(
  "the other camera of the optics is taken with its file plugin, and the plugins follow it",
  needsPython,
  () => {
    assert.equal(reported().other, "SP2");
  },
);
