import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { needsPython, runPython, spawnPython } from "../../support/python.js";
import { type DemoProcess, startDemo } from "./demoProcess.js";

/** Of the images: small enough that a client that rests for a second misses none of its queue. */
const SIZE = 128;

const CAMERA = "2bmSP1:Pva1:Image";
const SLICES = "2bmb:TomoStream:StreamRecon";

/** How each client monitors NTNDArrays: `note(name, id, sizes)` for every update. */
const CLIENTS = {
  p4p: `
from p4p.client.thread import Context
context = Context('pva', nt=False)
def callback(name):
    def arrived(value):
        if isinstance(value, Exception) or value.value is None or len(value.value) == 0: return
        note(name, int(value.uniqueId), [int(d.size) for d in value.dimension])
    return arrived
kept = [context.monitor(name, callback(name), request='record[queueSize=200]field()') for name in names]
`,
  // A queue of its own (setMonitorMaxQueueLength) is left out: with one, half of its monitors never start, against EPICS's own server too.
  pvapy: `
import pvaccess as pva
def callback(name):
    return lambda value: note(name, value['uniqueId'], [d['size'] for d in value['dimension']])
kept = [pva.Channel(name) for name in names]
for channel in kept: channel.monitor(callback(channel.getName()), 'record[queueSize=200]field()')
`,
};

/** Prints the latest id once all have an update; goes on to the id that it is told then, and prints what came. */
const monitoring = (client: keyof typeof CLIENTS): string => `
import json, os, sys, threading
names, seen, changed = sys.argv[1:], {}, threading.Condition()
def note(name, id, sizes):
    with changed:
        if id > 0: seen.setdefault(name, []).append((id, sizes))
        changed.notify_all()
def wait_for(condition):
    with changed: assert changed.wait_for(condition, 60), {name: updates[-1:] for name, updates in seen.items()}
${CLIENTS[client]}
latest = lambda: [seen[name][-1][0] if name in seen else 0 for name in names]
wait_for(lambda: min(latest()) > 0)
print(max(latest()))
last = int(sys.stdin.readline())
wait_for(lambda: min(latest()) >= last)
with changed: print(json.dumps([{'ids': [id for id, _ in seen[name]], 'size': seen[name][-1][1]} for name in names]))
sys.stdout.flush()
os._exit(0)
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

interface Updates {
  readonly ids: readonly number[];
  readonly size: readonly number[];
}

const FRAMES = 60;

let demo: DemoProcess | undefined;
let received: Readonly<Record<keyof typeof CLIENTS, readonly [camera: Updates, slices: Updates]>>;

/** A client that monitors camera and slices: the id that is its latest when both come, and what came until a later one. */
function startClient(client: keyof typeof CLIENTS, env: NodeJS.ProcessEnv) {
  const child = spawnPython(monitoring(client), env, [CAMERA, SLICES]);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let problem = "";
  child.stderr.on("data", (chunk: Buffer) => (problem += chunk.toString()));
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${client} ended: ${problem}`);
    return value;
  };
  return {
    latest: line().then(Number),
    async until(last: number): Promise<[Updates, Updates]> {
      child.stdin.write(`${last}\n`);
      const updates: [Updates, Updates] = JSON.parse(await line());
      return updates;
    },
  };
}

before(async () => {
  if (needsPython.skip !== undefined) return;
  demo = await startDemo(["--size", String(SIZE)]);
  const { code, stderr } = await runPython(START, { env: demo.env, timeoutSeconds: 150 });
  assert.equal(code, 0, `${stderr}\n${demo.output()}`);
  const clients = { p4p: startClient("p4p", demo.env), pvapy: startClient("pvapy", demo.env) };
  const first = Math.max(await clients.p4p.latest, await clients.pvapy.latest) + 1;
  const since = ({ ids, size }: Updates): Updates => ({
    ids: ids.filter((id) => id >= first && id < first + FRAMES),
    size,
  });
  const [p4p, pvapy] = await Promise.all([
    clients.p4p.until(first + FRAMES),
    clients.pvapy.until(first + FRAMES),
  ]);
  received = { p4p: [since(p4p[0]), since(p4p[1])], pvapy: [since(pvapy[0]), since(pvapy[1])] };
});

after(() => demo?.stop());

const gaps = (ids: readonly number[]): number[] =>
  ids.slice(1).flatMap((id, index) => (id - (ids[index] ?? 0) === 1 ? [] : [id]));

for (const client of ["p4p", "pvapy"] as const) {
  test(`${client} receives every camera frame in order`, needsPython, () => {
    const [camera] = received[client];
    assert.deepEqual([camera.ids.length, gaps(camera.ids)], [FRAMES, []]);
    assert.deepEqual(camera.size, [SIZE, SIZE]);
  });

  // How many projections there are between two pictures is up to the processors.
  test(`${client} receives the ortho-slices as they grow, n rows by 3n columns`, needsPython, () => {
    const [, slices] = received[client];
    assert.ok(slices.ids.length > 1, `${slices.ids}`);
    assert.deepEqual(
      slices.ids,
      [...new Set(slices.ids)].sort((one, other) => one - other),
    );
    assert.deepEqual(slices.size, [3 * SIZE, SIZE]);
  });
}

test("both receive the same ortho-slices", needsPython, () => {
  assert.deepEqual(received.pvapy[1].ids, received.p4p[1].ids);
});
