import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { addAbortSignal } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { EventMask } from "../channel/eventMask.js";
import type { ChannelProvider } from "../channel/provider.js";
import { ClientCircuit } from "./client/clientCircuit.js";
import type { PendingRequest } from "./client/pendingRequests.js";
import { searchDatagrams } from "./client/searchDatagrams.js";
import { type DbrBase, type DbrClass, dbrTypeOf } from "./codec/dbrTypes.js";
import { ecaText, isSuccess } from "./codec/eca.js";
import { CaServer } from "./server/caServer.js";

const HOST = "127.0.0.1";
/** Between two batches of requests, for whatever else the process does. */
const PAUSE_MILLISECONDS = 1;
const BATCHES_OF_A_CLIENT = 12;
/** So often a client has each channel at last. The first one has each once: what it asks takes longest. */
const MOST_TIMES = 8;
const LONGEST_MILLISECONDS = 5000;

export interface WarmUpOptions {
  /** Ends once the process has used so much processor time since it began, for this or for anything else. */
  readonly processorMilliseconds: number;
  /** Ends it at once. */
  readonly signal: AbortSignal;
}

/**
 * Serves a provider that nobody else knows to clients of this process, so that the code that serves the others is compiled when the first
 * of them comes: what it asks first would take it ten times as long. Writes to all of the provider's channels. Does nothing
 * where no port can be had, and never rejects.
 */
export async function warmUpServer(provider: ChannelProvider, options: WarmUpOptions): Promise<void> {
  const server = new CaServer({
    providers: [provider],
    environment: {},
    interfaces: [HOST],
    serverPort: 0,
    autoBeaconAddressList: false,
  });
  const names = [...provider.names()];
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(LONGEST_MILLISECONDS)]);
  const start = process.cpuUsage();
  const isOver = (): boolean => {
    const { user, system } = process.cpuUsage(start);
    return signal.aborted || user + system > options.processorMilliseconds * 1000;
  };
  try {
    await server.start();
    for (let times = 1; names.length > 0 && !isOver(); times = Math.min(times * 2, MOST_TIMES))
      await visit(server, Array.from({ length: times }, () => names).flat(), signal, isOver);
  } catch {
    // What was not compiled ahead is compiled when it is needed.
  } finally {
    await server.stop();
  }
}

/** One client: searches, connects, and uses all channels in several ways until it has done enough. */
async function visit(
  server: CaServer,
  names: readonly string[],
  signal: AbortSignal,
  isOver: () => boolean,
): Promise<void> {
  await search(server.udpPort, names, signal);
  const socket = addAbortSignal(signal, connect({ host: HOST, port: server.tcpPort, noDelay: true }));
  const client = new WarmUpClient(socket);
  try {
    await client.open(names);
    client.subscribe();
    for (let batch = 0; batch < BATCHES_OF_A_CLIENT && !isOver(); batch++) {
      await setTimeout(PAUSE_MILLISECONDS, undefined, { signal });
      await client.use(batch);
    }
  } finally {
    socket.destroy();
  }
}

async function search(port: number, names: readonly string[], signal: AbortSignal): Promise<void> {
  const channels = names.map((name, cid) => ({ name, cid }));
  const socket = createSocket("udp4");
  try {
    const answered = once(socket, "message", { signal });
    for (const datagram of searchDatagrams(channels, 0)) socket.send(datagram, port, HOST);
    await answered;
  } finally {
    socket.close();
  }
}

interface OpenChannel {
  readonly sid: number;
  readonly base: DbrBase;
}

const READ_CLASSES: readonly DbrClass[] = ["plain", "time", "ctrl", "sts", "gr"];

/** Sends requests in batches. */
class WarmUpClient {
  readonly #socket: Socket;
  readonly #circuit = new ClientCircuit({
    peer: HOST,
    priority: 0,
    user: "warm-up",
    host: HOST,
    onOutput: () => {},
  });
  readonly #channels: OpenChannel[] = [];
  #written = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#circuit.receive(chunk));
    socket.on("error", () => {});
    socket.on("close", () => this.#circuit.close("the server has hung up"));
  }

  open(names: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      for (const [cid, name] of names.entries())
        this.#circuit.createChannel({
          name,
          cid,
          created: (sid, base) => {
            this.#channels.push({ sid, base });
            if (this.#channels.length === names.length) resolve();
          },
          accessRights: () => {},
          rejected: () => reject(new Error(`${name} is refused`)),
          circuitClosed: () => reject(new Error("disconnected")),
        });
      this.#flush();
    });
  }

  subscribe(): void {
    for (const { sid, base } of this.#channels)
      this.#circuit.subscribe(sid, dbrTypeOf("time", base), 0, EventMask.VALUE | EventMask.ALARM, () => {});
    this.#flush();
  }

  /** Writes to each channel, with or without a callback, and reads it. */
  async use(batch: number): Promise<void> {
    const readClass = READ_CLASSES[batch % READ_CLASSES.length] ?? "plain";
    const answers = this.#channels.flatMap(({ sid, base }) => [
      this.#write(batch, sid, base),
      this.#answer((request) => this.#circuit.readNotify(sid, dbrTypeOf(readClass, base), 1, request)),
    ]);
    this.#flush();
    await Promise.all(answers);
  }

  #write(batch: number, sid: number, native: DbrBase): Promise<void> | undefined {
    const base = batch % 4 === 2 ? "STRING" : native;
    // Always another value, and one that is a state of enums, too.
    const turn = this.#written++;
    const value = base === "STRING" ? String(turn % 2) : base === "DOUBLE" ? turn + 0.5 : turn % 2;
    const type = dbrTypeOf("plain", base);
    if (batch % 4 === 3)
      return this.#answer((request) => this.#circuit.writeNotify(sid, type, value, request));
    this.#circuit.write(sid, type, value);
    return undefined;
  }

  #answer(ask: (request: PendingRequest) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      ask({
        owner: this,
        deadline: performance.now() + LONGEST_MILLISECONDS,
        respond: (status) => (isSuccess(status) ? resolve() : reject(new Error(ecaText(status)))),
      });
    });
  }

  #flush(): void {
    this.#socket.write(this.#circuit.out.detach());
  }
}
