import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import type { ByteWriter } from "../../../src/ca/codec/byteWriter.js";
import { CA_MINOR_VERSION, Command } from "../../../src/ca/codec/commands.js";
import { beginMessage, putMessage, putText } from "../../../src/ca/codec/message.js";
import { MessageDecoder } from "../../../src/ca/codec/messageDecoder.js";
import { loadDatabaseFile } from "../../../src/database/load.js";
import { RecordEngine } from "../../../src/records/engine.js";
import { written } from "../../ca/support/bytes.js";
import { startServer } from "../../ca/support/loopback.js";
import { repositoryRoot } from "../../support/paths.js";
import { needsPython } from "../../support/python.js";
import { startSoftIoc } from "./support/softIoc.js";

// The Python tomoScan server puts without waiting and reads its own monitor soon after: what a server sends first decides.

const DATABASE = join(repositoryRoot, "test", "data", "caClient.db");
const CHANNELS = ["R:ao", "R:long", "R:done"] as const;
const DBR_DOUBLE = 6;
const MASK_OFFSET = 12;
const ROUNDS = 30;

/** A message from a server: an event with its channel's place in CHANNELS, or the answer of a put-callback. */
type Arrival = `event ${number}` | "answer";

/** A client that tells in which order a server's messages came. */
class Listener {
  readonly #socket: Socket;
  readonly #decoder = new MessageDecoder();
  readonly #sids: number[] = [];
  readonly #arrivals: Arrival[] = [];

  constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("data", (chunk) => this.#receive(chunk));
  }

  close(): void {
    this.#socket.destroy();
  }

  async subscribe(): Promise<void> {
    this.#send((out) => {
      putMessage(out, Command.VERSION, 0, CA_MINOR_VERSION, 0, 0);
      for (const [cid, name] of CHANNELS.entries())
        putText(out, Command.CREATE_CHAN, name, 0, 0, cid, CA_MINOR_VERSION);
    });
    while (this.#sids.length < CHANNELS.length) await once(this.#socket, "data");
    this.#send((out) => {
      for (const [id, sid] of this.#sids.entries()) {
        const payload = beginMessage(out, Command.EVENT_ADD, 16, DBR_DOUBLE, 1, sid, id);
        out.bytes.fill(0, payload, payload + 16);
        out.view.setUint16(payload + MASK_OFFSET, 1);
      }
    });
    await this.#taken(CHANNELS.length);
  }

  /** Puts another value than before to each channel, then one with a put-callback to the first, all in one packet. */
  async puts(value: number): Promise<Arrival[]> {
    this.#send((out) => {
      for (const sid of this.#sids) this.#put(out, Command.WRITE, sid, value);
      this.#put(out, Command.WRITE_NOTIFY, this.#sids[0] ?? 0, -value);
    });
    return this.#taken(CHANNELS.length + 2);
  }

  #put(out: ByteWriter, command: number, sid: number, value: number): void {
    out.view.setFloat64(beginMessage(out, command, 8, DBR_DOUBLE, 1, sid, 0), value);
  }

  #send(write: (out: ByteWriter) => void): void {
    this.#socket.write(written(write));
  }

  #receive(chunk: Buffer): void {
    this.#decoder.push(chunk);
    while (this.#decoder.next() === "message") {
      const { command, cid, available } = this.#decoder.message;
      if (command === Command.CREATE_CHAN) this.#sids[cid] = available;
      else if (command === Command.EVENT_ADD) this.#arrivals.push(`event ${available}`);
      else if (command === Command.WRITE_NOTIFY) this.#arrivals.push("answer");
    }
  }

  async #taken(count: number): Promise<Arrival[]> {
    while (this.#arrivals.length < count) await once(this.#socket, "data");
    return this.#arrivals.splice(0);
  }
}

async function arrivalsFrom(port: number): Promise<readonly Arrival[][]> {
  const listener = new Listener(port);
  try {
    await listener.subscribe();
    const rounds: Arrival[][] = [];
    for (let round = 1; round <= ROUNDS; round++) rounds.push(await listener.puts(1 + (round % 4)));
    return rounds;
  } finally {
    listener.close();
  }
}

const isEvent = (arrival: Arrival): boolean => arrival !== "answer";

test(
  "events come in the order of the puts, as RSRV's, and always before the answer of a put-callback, as RSRV's mostly",
  needsPython,
  async (context) => {
    const ioc = await startSoftIoc(DATABASE);
    context.after(() => ioc.stop());
    const engine = new RecordEngine();
    engine.load(loadDatabaseFile(DATABASE, {}, { catalog: engine.catalog }).definition);
    engine.iocInit();
    context.after(() => engine.stop());
    const server = await startServer([engine]);
    context.after(() => server.stop());

    const theirs = await arrivalsFrom(ioc.port);
    const ours = await arrivalsFrom(server.tcpPort);
    const events = ["event 0", "event 1", "event 2", "event 0"];
    const inOrder = Array.from({ length: ROUNDS }, () => events);
    assert.deepEqual(
      theirs.map((round) => round.filter(isEvent)),
      inOrder,
    );
    assert.deepEqual(
      ours,
      inOrder.map((round) => [...round, "answer"]),
    );
  },
);
