import assert from "node:assert/strict";
import { logger } from "../../../src/libcom/log.js";
import { ByteReader } from "../../../src/pva/data/byteReader.js";
import { ByteWriter } from "../../../src/pva/data/byteWriter.js";
import { writeMessage } from "../../../src/pva/protocol/header.js";
import { type ApplicationMessage, MessageStream } from "../../../src/pva/protocol/messageStream.js";
import type { OutputChunk } from "../../../src/pva/protocol/output.js";
import type { Transport } from "../../../src/pva/protocol/transport.js";
import type { ChannelSource } from "../../../src/pva/server/servedChannel.js";
import { ServerConnection } from "../../../src/pva/server/serverConnection.js";

/** A network that takes bytes only when the test says so. */
export class TestTransport implements Transport {
  isBlocked = false;
  isClosed = false;
  private readonly flushes: (() => void)[] = [];
  private held = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly stream = new MessageStream("server");
  private readonly received: ApplicationMessage[] = [];

  write(chunks: readonly OutputChunk[]): void {
    for (const { bytes } of chunks) {
      if (this.isBlocked) this.held += bytes.length;
      for (const message of this.stream.push(bytes))
        if (message.kind === "application") this.received.push(message);
    }
  }

  backlog(): number {
    return this.held;
  }

  whenDrained(resume: () => void): void {
    (this.held === 0 ? this.flushes : this.waiting).push(resume);
  }

  soon(flush: () => void): void {
    this.flushes.push(flush);
  }

  pauseReading(): void {}

  resumeReading(): void {}

  close(): void {
    this.isClosed = true;
  }

  /** The network takes everything again. */
  unblock(): void {
    this.isBlocked = false;
    this.held = 0;
    for (const resume of this.waiting.splice(0)) resume();
  }

  /** Messages that the server has sent since the last call. */
  sent(): ApplicationMessage[] {
    while (this.flushes.length > 0) for (const flush of this.flushes.splice(0)) flush();
    return this.received.splice(0);
  }
}

/** A client made of single messages, without a socket. */
export class TestClient {
  readonly transport = new TestTransport();
  readonly connection: ServerConnection;

  constructor(source: ChannelSource) {
    const quiet = { ...logger("pva.test"), warn: () => {} };
    this.connection = new ServerConnection(
      this.transport,
      { source, guid: new Uint8Array(12), port: 5075, host: "127.0.0.1" },
      quiet,
    );
    this.transport.sent();
  }

  send(command: number, body: (out: ByteWriter) => void): ApplicationMessage[] {
    const out = new ByteWriter();
    writeMessage(out, "client", command, body);
    this.connection.receive(out.bytes());
    return this.transport.sent();
  }

  validate(): this {
    this.send(1, (out) => out.u32(0).u16(0).u16(0).string("anonymous").u8(0xff));
    return this;
  }

  /** Opens a channel and returns its server id. */
  open(name: string): number {
    const [reply] = this.send(7, (out) => out.u16(1).u32(77).string(name));
    assert.ok(reply !== undefined);
    const input = readerOf(reply);
    assert.equal(input.u32(), 77);
    return input.u32();
  }
}

export const readerOf = (message: ApplicationMessage): ByteReader =>
  new ByteReader(message.payload, message.littleEndian);
