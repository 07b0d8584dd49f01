// Our client, measured as ../shared/tools/ca_bench.c and bench/caLoad.c measure libca: caLoad.js RECORDS ROUNDS PUT_CALLBACKS GETS
import { type CaChannel, CaClient, type ReadOptions } from "../src/ca/index.js";

const [records = 1000, rounds = 100, putCallbacks = 2000, gets = 20] = process.argv.slice(2).map(Number);
const client = new CaClient({ startRepeater: false });
const PATIENT = { timeoutSeconds: 30 } as const;
const VALUE = { type: "plain", count: 1 } as const;

const ratePerSecond = async (count: number, work: () => Promise<void>): Promise<number> => {
  const start = performance.now();
  await work();
  return Math.round((count * 1000) / (performance.now() - start));
};

/** The second run counts: the first one is while the code is compiled. */
const warmRate = async (count: number, work: () => Promise<void>): Promise<number> => {
  await work();
  return ratePerSecond(count, work);
};

const channels: CaChannel[] = [];
const connect = await ratePerSecond(records, async () => {
  for (let index = 0; index < records; index++) channels.push(client.connect(`B${index}`));
  await Promise.all(channels.map((channel) => channel.whenConnected(PATIENT)));
});
const [first = client.connect("B0")] = channels;
const last = channels.at(-1) ?? first;

const sync_get = await warmRate(rounds * 20, async () => {
  for (let index = 0; index < rounds * 20; index++) await (channels[index % records] ?? first).read(VALUE);
});

const array_get = await warmRate(rounds * records, async () => {
  for (let round = 0; round < rounds; round++) await client.readAll(channels, VALUE);
});

const array_get_promises = await warmRate(rounds * records, async () => {
  for (let round = 0; round < rounds; round++)
    await Promise.all(channels.map((channel) => channel.read(VALUE)));
});

let written = 0;
const putAll = (): void => {
  for (const channel of channels) channel.write({ type: "DOUBLE", value: ++written });
};
const array_put = await warmRate(rounds * records, async () => {
  for (let round = 0; round < rounds; round++) {
    putAll();
    await last.read(VALUE);
  }
});

let events = 0;
let wanted = records;
let arrived = (): void => {};
const allArrived = (): Promise<void> =>
  new Promise((resolve) => {
    arrived = resolve;
    if (events >= wanted) resolve();
  });
for (const channel of channels)
  channel.monitor({ count: 1 }).subscribe(() => {
    if (++events === wanted) arrived();
  });
await allArrived();
const monitor = await warmRate(rounds * records, async () => {
  for (let round = 0; round < rounds; round++) {
    wanted += records;
    putAll();
    await allArrived();
  }
});

const put_callback = await warmRate(putCallbacks, async () => {
  for (let put = 0; put < putCallbacks; put++) await first.writeNotify({ type: "DOUBLE", value: ++written });
});

const wave = client.connect("WAVE");
await wave.whenConnected(PATIENT);
const count = wave.elementCount;
const getWaves = (options: ReadOptions): Promise<number> =>
  warmRate(gets * count * 8e-6, async () => {
    for (let get = 0; get < gets; get++) await wave.read({ ...PATIENT, type: "plain", count, ...options });
  });
const array_mb = await getWaves({ into: new Float64Array(count) });
const array_new_mb = await getWaves({});

client.close();
console.log(
  JSON.stringify({
    connect,
    sync_get,
    array_get,
    array_get_promises,
    array_put,
    monitor,
    put_callback,
    array_mb,
    array_new_mb,
  }),
);
