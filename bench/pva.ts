/** NTNDArray frames from our server and from p4p's to the same p4p client on loopback: frames and MB per second. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { NTNDARRAY_TYPE, ntNdArrayValue, SharedPV, SharedPvProvider } from "../src/pva/index.js";
import { loopbackEnvironment, startLoopbackServer } from "../test/pva/support/loopback.js";
import { freePort } from "../test/support/freePorts.js";
import { runPython, spawnPython } from "../test/support/python.js";

const SECONDS = 3;
const NAME = "bench:image";
const sizes = process.argv.slice(2).map(Number);
const widths = sizes.length > 0 ? sizes : [256, 1024, 2048];

/** Counts frames for a while; prints frames received and seconds taken. */
const client = `
import time, json
from p4p.client.thread import Context
count = 0
def frame(value):
    global count
    count += 1
with Context('pva', nt=False) as context:
    subscription = context.monitor('${NAME}', frame)
    while count < 2:
        time.sleep(0.01)
    first, start = count, time.perf_counter()
    time.sleep(${SECONDS})
    frames, elapsed = count - first, time.perf_counter() - start
    subscription.close()
    print(json.dumps(frames / elapsed))
`;

const p4pServer = (width: number) => `
import numpy
from p4p.server import Server
from p4p.server.thread import SharedPV
from p4p.nt import NTNDArray
pixels = numpy.zeros((${width}, ${width}), dtype='u2')
pv = SharedPV(initial=NTNDArray().wrap(pixels))
with Server(providers=[{'${NAME}': pv}]):
    print('ready', flush=True)
    count = 0
    while True:
        count += 1
        frame = NTNDArray().wrap(pixels)
        frame.uniqueId = count
        pv.post(frame)
`;

async function framesPerSecond(env: Readonly<Record<string, string>>): Promise<number> {
  const { stdout, stderr, code } = await runPython(client, { env, timeoutSeconds: 60 });
  if (code !== 0) throw new Error(stderr);
  return Number(JSON.parse(stdout));
}

async function ours(width: number): Promise<number> {
  const structures = new SharedPvProvider();
  const pv = new SharedPV(NTNDARRAY_TYPE);
  structures.add(NAME, pv);
  const { server, env } = await startLoopbackServer({ structures: [structures] });
  const data = new Uint16Array(new SharedArrayBuffer(width * width * 2));
  const owner = { retain: () => {}, release: () => {} };
  let uniqueId = 0;
  let isRunning = true;
  const post = () => {
    if (!isRunning) return;
    uniqueId++;
    pv.post(ntNdArrayValue({ data, dimensions: [{ size: width }, { size: width }], uniqueId }), owner);
    setImmediate(post);
  };
  post();
  const rate = await framesPerSecond(env);
  isRunning = false;
  await server.stop();
  return rate;
}

async function p4ps(width: number): Promise<number> {
  const udpPort = await freePort();
  const env = { ...loopbackEnvironment(udpPort), EPICS_PVA_SERVER_PORT: String(udpPort) };
  const server: ChildProcess = spawnPython(p4pServer(width), {
    ...env,
    EPICS_PVAS_INTF_ADDR_LIST: "127.0.0.1",
  });
  if (server.stdout !== null) await once(server.stdout, "data");
  const rate = await framesPerSecond(env);
  server.kill();
  return rate;
}

const cell = (rate: number, width: number): string =>
  `${rate.toFixed(0)}/s, ${((rate * width * width * 2) / 1e6).toFixed(0)} MB/s`;

console.log("| image, uint16 | our server | p4p server | ratio |\n|---|---|---|---|");
for (const width of widths) {
  const [own, reference] = [await ours(width), await p4ps(width)];
  const ratio = (own / reference).toFixed(2);
  console.log(`| ${width} x ${width} | ${cell(own, width)} | ${cell(reference, width)} | ${ratio} |`);
}
