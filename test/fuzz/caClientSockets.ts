import assert from "node:assert/strict";
import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { filter, firstValueFrom } from "rxjs";
import { CaClient } from "../../src/ca/client/caClient.js";
import { ADDRESS_OF_SENDER, CA_MINOR_VERSION, Command } from "../../src/ca/codec/commands.js";
import { HEADER_SIZE, putMessage } from "../../src/ca/codec/message.js";
import { MessageDecoder } from "../../src/ca/codec/messageDecoder.js";
import { written } from "../ca/support/bytes.js";
import { startServer } from "../ca/support/loopback.js";
import { MemoryProvider, MemoryPv } from "../ca/support/memoryProvider.js";
import { mutated, Random } from "../ca/support/mutation.js";
import { handles, soon } from "./leftOvers.js";
import { usedBytes } from "./memory.js";

const LOOPBACK = "127.0.0.1";
const NAMES = ["x", "nobody"];
const SID = 3;
const DBR_DOUBLE = 6;
const BOTH_RIGHTS = 3;
/** Messages of one circuit: the client hangs up after most. */
const BURST = 4;
const MOST_GROWTH = 8e6;
const PATIENT = { timeoutSeconds: 60 };

export interface ClientFuzzReport {
  readonly messages: number;
  readonly seconds: number;
  readonly slowestReadMs: number;
  readonly grownBytes: number;
}

/** Answers to a search are sent back mutated, but for where they point: not out of this machine. */
function pointedHere(message: Buffer, port: number): Buffer {
  if (message.length < HEADER_SIZE || message.readUInt16BE(0) !== Command.SEARCH) return message;
  message.writeUInt16BE(port, 4);
  message.writeUInt32BE(ADDRESS_OF_SENDER, 8);
  return message;
}

/** A server that has every name that begins with x, and says what comes to mind. */
class HostileServer {
  readonly #random: Random;
  readonly #udp = createSocket("udp4");
  readonly #tcp = createServer((socket) => this.#accept(socket));
  messages = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#udp.on("message", (datagram, sender) => this.#search(datagram, sender));
  }

  async start(): Promise<number> {
    this.#udp.bind(0, LOOPBACK);
    this.#tcp.listen(0, LOOPBACK);
    await Promise.all([once(this.#udp, "listening"), once(this.#tcp, "listening")]);
    return this.#udp.address().port;
  }

  stop(): void {
    this.#udp.close();
    this.#tcp.close();
  }

  get #port(): number {
    const address = this.#tcp.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  #search(datagram: Buffer, { address, port }: RemoteInfo): void {
    const decoder = new MessageDecoder();
    decoder.push(datagram);
    while (decoder.next() === "message") {
      const { command, available, view, offset } = decoder.message;
      if (command !== Command.SEARCH || view.getUint8(offset) !== NAMES[0]?.charCodeAt(0)) continue;
      this.#udp.send(pointedHere(mutated(this.#random, NAMES, SID), this.#port), port, address);
      const found = written((out) =>
        putMessage(out, Command.SEARCH, this.#port, 0, ADDRESS_OF_SENDER, available),
      );
      this.#udp.send(found, port, address);
    }
  }

  /** Makes the channel as it should, and then answers with anything. */
  #accept(socket: Socket): void {
    const decoder = new MessageDecoder();
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      decoder.push(chunk);
      while (decoder.next() === "message")
        if (decoder.message.command === Command.CREATE_CHAN) this.#answer(socket, decoder.message.cid);
    });
  }

  #answer(socket: Socket, cid: number): void {
    socket.write(
      written((out) => {
        putMessage(out, Command.VERSION, 0, CA_MINOR_VERSION, 0, 0);
        putMessage(out, Command.ACCESS_RIGHTS, 0, 0, cid, BOTH_RIGHTS);
        putMessage(out, Command.CREATE_CHAN, DBR_DOUBLE, 1, cid, SID);
      }),
    );
    for (let sent = 0; sent < BURST; sent++) socket.write(mutated(this.#random, NAMES, SID));
    this.messages += BURST;
    socket.end();
  }
}

/** A channel of the hostile server, with a monitor and requests, until its circuit is gone. */
async function beAttacked(client: CaClient): Promise<void> {
  const channel = client.connect("x");
  channel.monitor().subscribe();
  await Promise.allSettled([channel.read(PATIENT), channel.writeNotify(1, PATIENT)]);
  await firstValueFrom(channel.connected$.pipe(filter((connected) => !connected)));
  channel.close();
}

/**
 * A client is given `count` mutated messages by TCP, and as many mutated answers to its searches by UDP, while it reads and monitors a
 * PV of another server. Throws when that suffers, or when sockets or timers are left over.
 */
export async function fuzzCaClientSockets(count: number, seed: number): Promise<ClientFuzzReport> {
  const handlesBefore = handles();
  const alive = new MemoryPv("LONG", 0);
  const server = await startServer([new MemoryProvider({ alive })]);
  const hostile = new HostileServer(seed);
  const ports = [server.udpPort, await hostile.start()];
  const client = new CaClient({
    environment: {},
    addressList: ports.map((port) => `${LOOPBACK}:${port}`),
    autoAddressList: false,
    startRepeater: false,
  });
  const channel = client.connect("alive");
  await channel.whenConnected();
  let disconnections = 0;
  channel.connected$.subscribe((connected) => {
    if (!connected) disconnections += 1;
  });
  let lastHeard = -1;
  channel.monitor().subscribe(({ value }) => {
    lastHeard = Number(value);
  });
  const begin = performance.now();
  let [slowestReadMs, before] = [0, 0];
  while (hostile.messages < count) {
    await beAttacked(client);
    const { messages } = hostile;
    alive.post(messages);
    const asked = performance.now();
    assert.equal((await channel.read(PATIENT)).value, messages);
    slowestReadMs = Math.max(slowestReadMs, performance.now() - asked);
    // What is compiled and cached by a tenth of the way is no leak.
    if (before === 0 && messages >= count / 10) before = await usedBytes();
  }
  const seconds = (performance.now() - begin) / 1000;
  const { messages } = hostile;
  const grownBytes = (await usedBytes()) - before;
  assert.ok(grownBytes < MOST_GROWTH, `${grownBytes} bytes more are in use than at a tenth of the way`);
  assert.equal(lastHeard, alive.sample.value, "the monitor of the other server has the last value");
  assert.equal(disconnections, 0, "the channel of the other server stayed connected");
  client.close();
  hostile.stop();
  await server.stop();
  await soon(() => handles() <= handlesBefore, "sockets and timers are given back");
  return { messages, seconds, slowestReadMs, grownBytes };
}
