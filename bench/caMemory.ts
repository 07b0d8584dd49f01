// Memory of a server and its clients over many monitor events: node dist/bench/caMemory.js [events]
import { once } from "node:events";
import { CaClient, CaServer } from "../src/ca/index.js";
import { MemoryProvider, MemoryPv } from "../test/ca/support/memoryProvider.js";
import { eventAdd, openRawChannel } from "../test/ca/support/rawChannel.js";
import { usedBytes } from "../test/fuzz/memory.js";

const [events = 10_000_000] = process.argv.slice(2).map(Number);
const POINTS = 10;
/** Posted in one turn of the event loop: less than what a client may leave unread before events are dropped. */
const BATCH = 1000;
const megabytes = (size: number): string => (size / 1e6).toFixed(1);

const pv = new MemoryPv("DOUBLE", 0);
const server = new CaServer({
  providers: [new MemoryProvider({ x: pv })],
  environment: {},
  interfaces: ["127.0.0.1"],
  serverPort: 0,
  autoBeaconAddressList: false,
});
await server.start();
const client = new CaClient({
  environment: {},
  addressList: [`127.0.0.1:${server.udpPort}`],
  autoAddressList: false,
  startRepeater: false,
});

let received = 0;
let last = Number.NaN;
let wanted = 1;
let arrived = (): void => {};
const allArrived = (): Promise<void> =>
  new Promise((resolve) => {
    arrived = resolve;
    if (received >= wanted) resolve();
  });
client
  .connect("x")
  .monitor()
  .subscribe(({ value }) => {
    received += 1;
    last = Number(value);
    if (received >= wanted) arrived();
  });
await allArrived();

/** A client that subscribes to the same and reads nothing until the end. */
const DBR_DOUBLE = 6;
const EVENT_SIZE = 24;
const { socket, sid } = await openRawChannel(server.tcpPort, "x");
socket.pause();
socket.write(eventAdd(sid, DBR_DOUBLE, 1));

const rows: Record<string, string>[] = [];
const begin = performance.now();
for (let point = 1; point <= POINTS; point++) {
  while (received - 1 < (events * point) / POINTS) {
    for (let sent = 0; sent < BATCH; sent++) pv.post(wanted + sent);
    wanted += BATCH;
    await allArrived();
  }
  const used = await usedBytes();
  const { rss } = process.memoryUsage();
  rows.push({
    events: String(received - 1),
    "resident, MB": megabytes(rss),
    "heap and buffers, MB": megabytes(used),
  });
}
const seconds = (performance.now() - begin) / 1000;
console.table(rows);
console.log(`${Math.round(events / seconds)} events per second, the last one heard ${last}`);

let stalled = Buffer.alloc(0);
let heard = 0;
socket.on("data", (chunk: Buffer) => {
  heard += chunk.length;
  stalled = Buffer.concat([stalled, chunk]).subarray(-EVENT_SIZE);
});
socket.resume();
while (heard === 0 || stalled.readDoubleBE(EVENT_SIZE - 8) !== last) await once(socket, "data");
console.log(`the client that did not read then heard ${heard / EVENT_SIZE} events, the last one ${last}`);
process.exit();
