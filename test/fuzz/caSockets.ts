import assert from "node:assert/strict";
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { Command } from "../../src/ca/codec/commands.js";
import { MessageDecoder } from "../../src/ca/codec/messageDecoder.js";
import type { CaServer } from "../../src/ca/server/caServer.js";
import { bytes } from "../ca/support/bytes.js";
import { clientOf, startServer } from "../ca/support/loopback.js";
import { MemoryProvider, MemoryPv } from "../ca/support/memoryProvider.js";
import { mutated, Random } from "../ca/support/mutation.js";
import { openRawChannel } from "../ca/support/rawChannel.js";
import { handles, soon } from "./leftOvers.js";
import { usedBytes } from "./memory.js";

const VERSION = bytes("0000 0000 0000 000d 00000000 00000000");
const NAMES = ["x", "wave", "text", "nobody"];
/** Messages of one connection: the server hangs up after most. */
const BURST = 4;
const MOST_GROWTH = 8e6;

export interface SocketFuzzReport {
  readonly messages: number;
  readonly seconds: number;
  /** ERROR messages that the server answered with. */
  readonly errors: number;
  /** The longest that the client beside it waited for a reading. */
  readonly slowestReadMs: number;
  readonly grownBytes: number;
}

/** Sends a burst to the circuit and, message by message, to the search port; returns how many ERRORs came back. */
async function attack(server: CaServer, udp: UdpSocket, random: Random, size: number): Promise<number> {
  const { socket, sid } = await openRawChannel(server.tcpPort, "x");
  const closed = once(socket, "close");
  const decoder = new MessageDecoder();
  let errors = 0;
  socket.on("data", (chunk: Buffer) => {
    decoder.push(chunk);
    while (decoder.next() === "message") if (decoder.message.command === Command.ERROR) errors += 1;
  });
  for (let sent = 0; sent < size; sent++) {
    const message = mutated(random, NAMES, sid);
    if (socket.writable) socket.write(message);
    udp.send(Buffer.concat([VERSION, message]), server.udpPort, "127.0.0.1");
  }
  socket.end();
  await closed;
  return errors;
}

/**
 * Sends `count` mutated messages to the TCP and UDP ports of a server of its own, beside a client that reads and
 * monitors. Throws when that client notices, or when channels, sockets or handles are left over.
 */
export async function fuzzCaSockets(count: number, seed: number): Promise<SocketFuzzReport> {
  const x = new MemoryPv("DOUBLE", 1, { units: "mm" });
  const alive = new MemoryPv("LONG", 0);
  const provider = new MemoryProvider({
    x,
    alive,
    wave: new MemoryPv("LONG", Int32Array.of(1, 2, 3), {}, 100),
    text: new MemoryPv("STRING", "hello"),
  });
  const handlesBefore = handles();
  const server = await startServer([provider]);
  const client = clientOf(server);
  const channel = client.connect("alive");
  await channel.whenConnected();
  let disconnections = 0;
  channel.connected$.subscribe((isConnected) => {
    if (!isConnected) disconnections += 1;
  });
  let lastHeard = -1;
  channel.monitor().subscribe(({ value }) => {
    lastHeard = Number(value);
  });
  const udp = createSocket("udp4");
  const random = new Random(seed);
  const begin = performance.now();
  let [messages, errors, slowestReadMs, before] = [0, 0, 0, 0];
  while (messages < count) {
    const size = Math.min(BURST, count - messages);
    errors += await attack(server, udp, random, size);
    messages += size;
    alive.post(messages);
    const asked = performance.now();
    assert.equal((await channel.read()).value, messages);
    slowestReadMs = Math.max(slowestReadMs, performance.now() - asked);
    // What is compiled and cached by a tenth of the way is no leak.
    if (before === 0 && messages >= count / 10) before = await usedBytes();
  }
  const seconds = (performance.now() - begin) / 1000;
  const grownBytes = (await usedBytes()) - before;
  assert.ok(grownBytes < MOST_GROWTH, `${grownBytes} bytes more are in use than at a tenth of the way`);
  assert.equal(lastHeard, messages, "the monitor beside it has the last value");
  assert.equal(disconnections, 0, "the client beside it stayed connected");
  await soon(() => server.clients().length === 1, "the server knows no client but this");
  assert.deepEqual(
    server.clients().map(({ channels }) => channels),
    [["alive"]],
  );
  assert.equal(provider.openChannels, 1);
  assert.equal(x.monitorCount, 0);
  udp.close();
  client.close();
  await server.stop();
  await soon(() => provider.openChannels === 0, "all channels are closed");
  await soon(() => handles() <= handlesBefore, "sockets and timers are given back");
  return { messages, seconds, errors, slowestReadMs, grownBytes };
}
