import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { addAbortSignal } from "node:stream";
import { setTimeout } from "node:timers/promises";
import type { ChannelProvider } from "../../channel/provider.js";
import { ByteWriter } from "../codec/byteWriter.js";
import { CA_MINOR_VERSION, Command, SearchReply } from "../codec/commands.js";
import { putDbr } from "../codec/dbr.js";
import { type DbrClass, type DbrType, dbrSize, dbrType, dbrTypeOf } from "../codec/dbrTypes.js";
import { beginMessage, putMessage, putText } from "../codec/message.js";
import { MessageDecoder } from "../codec/messageDecoder.js";
import { CaServer } from "./caServer.js";

const HOST = "127.0.0.1";
/** Between two batches of requests, for whatever else the process does. */
const PAUSE_MILLISECONDS = 1;
const BATCHES_OF_A_CLIENT = 12;
/** So often a client has each channel at last. The first one has each once: what it asks takes longest. */
const MOST_TIMES = 8;
const LONGEST_MILLISECONDS = 5000;
const VALUE_OR_ALARM = 5;

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
    await client.subscribe();
    for (let batch = 0; batch < BATCHES_OF_A_CLIENT && !isOver(); batch++) {
      await setTimeout(PAUSE_MILLISECONDS);
      await client.use(batch);
    }
  } finally {
    socket.destroy();
  }
}

async function search(port: number, names: readonly string[], signal: AbortSignal): Promise<void> {
  const out = new ByteWriter();
  putMessage(out, Command.VERSION, 0, CA_MINOR_VERSION, 0, 0);
  for (const [cid, name] of names.entries())
    putText(out, Command.SEARCH, name, SearchReply.DONT_REPLY, CA_MINOR_VERSION, cid, cid);
  const socket = createSocket("udp4");
  try {
    const answered = once(socket, "message", { signal });
    socket.send(out.written, port, HOST);
    await answered;
  } finally {
    socket.close();
  }
}

interface OpenChannel {
  readonly sid: number;
  readonly type: DbrType;
}

const READ_CLASSES: readonly DbrClass[] = ["plain", "time", "ctrl", "sts", "gr"];

/** Sends requests in batches, each of which is done when the echo behind it comes back. */
class WarmUpClient {
  readonly #socket: Socket;
  readonly #out = new ByteWriter();
  readonly #decoder = new MessageDecoder();
  readonly #channels: OpenChannel[] = [];
  #written = 0;
  #echoed: () => void = () => {};
  #refused: (error: Error) => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#received(chunk));
    socket.on("error", (error) => this.#refused(error));
    socket.on("close", () => this.#refused(new Error("the server has hung up")));
  }

  open(names: readonly string[]): Promise<void> {
    putMessage(this.#out, Command.VERSION, 0, CA_MINOR_VERSION, 0, 0);
    putText(this.#out, Command.CLIENT_NAME, "warm-up", 0, 0, 0, 0);
    putText(this.#out, Command.HOST_NAME, HOST, 0, 0, 0, 0);
    for (const [cid, name] of names.entries())
      putText(this.#out, Command.CREATE_CHAN, name, 0, 0, cid, CA_MINOR_VERSION);
    return this.#send();
  }

  subscribe(): Promise<void> {
    for (const { sid, type } of this.#channels) {
      const { code } = dbrTypeOf("time", type.base);
      const payload = beginMessage(this.#out, Command.EVENT_ADD, 16, code, 0, sid, sid);
      this.#out.bytes.fill(0, payload, payload + 16);
      this.#out.view.setUint16(payload + 12, VALUE_OR_ALARM);
    }
    return this.#send();
  }

  /** Writes to each channel, with or without a callback, and reads it. */
  use(batch: number): Promise<void> {
    const write = batch % 4 === 3 ? Command.WRITE_NOTIFY : Command.WRITE;
    const readClass = READ_CLASSES[batch % READ_CLASSES.length] ?? "plain";
    for (const { sid, type } of this.#channels) {
      this.#write(write, sid, batch % 4 === 2 ? dbrTypeOf("plain", "STRING") : type, this.#written++);
      putMessage(this.#out, Command.READ_NOTIFY, dbrTypeOf(readClass, type.base).code, 1, sid, sid);
    }
    return this.#send();
  }

  #write(command: number, sid: number, type: DbrType, turn: number): void {
    // Always another value, and one that is a state of enums, too.
    const number = turn % 2;
    const value = type.base === "STRING" ? String(number) : type.base === "DOUBLE" ? turn + 0.5 : number;
    const payload = beginMessage(this.#out, command, dbrSize(type, 1), type.code, 1, sid, sid);
    const content = { value, status: 0, severity: 0, time: { seconds: 0, nanoseconds: 0 } };
    putDbr(this.#out, payload, type, content, 1);
  }

  #send(): Promise<void> {
    if (this.#socket.destroyed) return Promise.reject(new Error("disconnected"));
    putMessage(this.#out, Command.ECHO, 0, 0, 0, 0);
    this.#socket.write(this.#out.detach());
    return new Promise((resolve, reject) => {
      this.#echoed = resolve;
      this.#refused = reject;
    });
  }

  #received(chunk: Uint8Array): void {
    const { message } = this.#decoder;
    this.#decoder.push(chunk);
    while (this.#decoder.next() === "message") {
      const type = dbrType(message.dataType);
      if (message.command === Command.CREATE_CHAN && type !== undefined)
        this.#channels.push({ sid: message.available, type });
      else if (message.command === Command.ECHO) this.#echoed();
    }
  }
}
