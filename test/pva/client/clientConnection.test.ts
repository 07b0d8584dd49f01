import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { logger } from "../../../src/libcom/log.js";
import { ClientConnection } from "../../../src/pva/client/clientConnection.js";
import { GetRequest, MonitorRequest, type PvUpdate } from "../../../src/pva/client/operations.js";
import { ByteWriter } from "../../../src/pva/data/byteWriter.js";
import { Command, writeMessage } from "../../../src/pva/protocol/header.js";
import { MessageStream } from "../../../src/pva/protocol/messageStream.js";
import type { OutputChunk } from "../../../src/pva/protocol/output.js";
import { EVERYTHING } from "../../../src/pva/protocol/pvRequest.js";
import type { Transport } from "../../../src/pva/protocol/transport.js";
import { bytes } from "../support/bytes.js";

const SID = 33;

/** A client's connection whose server is the test. */
class TestServer {
  readonly events: string[] = [];
  readonly connection: ClientConnection;
  isClosed = false;
  private readonly stream = new MessageStream("client");
  private readonly flushes: (() => void)[] = [];
  private readonly received: { command: number; payload: Uint8Array }[] = [];

  constructor() {
    const transport: Transport = {
      write: (chunks: readonly OutputChunk[]) => {
        for (const { bytes: chunk } of chunks)
          for (const message of this.stream.push(chunk))
            if (message.kind === "application") this.received.push(message);
      },
      backlog: () => 0,
      whenDrained: () => {},
      soon: (flush) => this.flushes.push(flush),
      pauseReading: () => {},
      resumeReading: () => {},
      close: () => {
        this.isClosed = true;
      },
    };
    const quiet = { ...logger("pva.test"), warn: () => {} };
    this.connection = new ClientConnection(
      "test",
      transport,
      {
        ready: () => this.events.push("ready"),
        searchResponse: () => this.events.push("searchResponse"),
        closed: () => this.events.push("closed"),
      },
      quiet,
    );
  }

  send(command: number, body: (out: ByteWriter) => void): void {
    const out = new ByteWriter();
    writeMessage(out, "server", command, body);
    this.connection.receive(out.bytes());
  }

  /** What the client has sent since the last call, as hexadecimal payloads by command. */
  sent(): [number, string][] {
    for (const flush of this.flushes.splice(0)) flush();
    return this.received
      .splice(0)
      .map(({ command, payload }) => [command, Buffer.from(payload).toString("hex")]);
  }

  /** Introduces itself and makes one channel. */
  ready(): this {
    this.send(Command.CONNECTION_VALIDATION, (out) => out.u32(0).u16(0).size(1).string("anonymous"));
    this.send(Command.CONNECTION_VALIDATED, (out) => out.u8(0xff));
    this.connection.createChannel({
      cid: 7,
      name: "pv",
      created: (sid) => this.events.push(`created ${sid}`),
      refused: (message) => this.events.push(`refused ${message}`),
      lost: () => this.events.push("lost"),
    });
    return this;
  }

  created(): this {
    this.send(Command.CREATE_CHANNEL, (out) => out.u32(7).u32(SID).u8(0xff));
    this.sent();
    return this;
  }
}

const hex = (text: string): string => bytes(text).toString("hex");

describe("a client connection", () => {
  test("answers the server's validation and asks for its channels when accepted", () => {
    const server = new TestServer().ready();
    assert.deepEqual(server.sent(), [
      [Command.CONNECTION_VALIDATION, hex('00000000 0000 0000 09 "anonymous" ff')],
      [Command.CREATE_CHANNEL, hex('0100 07000000 02 "pv"')],
    ]);
    assert.deepEqual(server.events, ["ready"]);
  });

  test("tells a channel that it is created, refused or destroyed", () => {
    const server = new TestServer().ready().created();
    server.send(Command.DESTROY_CHANNEL, (out) => out.u32(SID).u32(7));
    const refusing = new TestServer().ready();
    refusing.send(Command.CREATE_CHANNEL, (out) => out.u32(7).u32(0).raw(bytes('02 02 "no" 00')));
    assert.deepEqual(
      [server.events, refusing.events],
      [
        ["ready", "created 33", "lost"],
        ["ready", "refused no"],
      ],
    );
  });

  test("closes on what has no place in its state", () => {
    const server = new TestServer();
    server.send(Command.CREATE_CHANNEL, (out) => out.u32(7).u32(SID).u8(0xff));
    assert.deepEqual([server.isClosed, server.events], [true, ["closed"]]);
  });

  test("GET is INIT, execution, and an update made of the answer", async () => {
    const server = new TestServer().ready().created();
    const update = new Promise<PvUpdate>((resolve, reject) => {
      new GetRequest({ connection: server.connection, sid: SID }, EVERYTHING, { resolve, reject });
    });
    assert.deepEqual(server.sent(), [
      [Command.GET, hex('21000000 01000000 08 fd 0000 80 00 01 05 "field" 80 00 00')],
    ]);
    server.send(Command.GET, (out) => out.u32(1).raw(bytes('08 ff 80 00 02 01 "a" 22 01 "b" 22')));
    assert.deepEqual(server.sent(), [[Command.GET, hex("21000000 01000000 00")]]);
    server.send(Command.GET, (out) => out.u32(1).raw(bytes("00 ff 01 02 05000000")));
    const { value, changed } = await update;
    assert.deepEqual([value, changed.toString()], [{ a: 5, b: 0 }, "{1}"]);
    assert.deepEqual(server.sent(), [[Command.DESTROY_REQUEST, hex("21000000 01000000")]]);
  });

  test("a monitor with a pipeline acknowledges half of its window at a time", () => {
    const server = new TestServer().ready().created();
    const seen: unknown[] = [];
    new MonitorRequest(
      { connection: server.connection, sid: SID },
      { request: EVERYTHING, pipeline: 4 },
      { update: ({ value }) => seen.push(value["a"]), finished: () => {}, failed: () => {} },
    );
    server.send(Command.MONITOR, (out) => out.u32(1).raw(bytes('08 ff 80 00 01 01 "a" 22')));
    server.sent();
    for (const a of ["01", "02", "03"])
      server.send(Command.MONITOR, (out) => out.u32(1).raw(bytes(`00 01 01 ${a}000000 00`)));
    assert.deepEqual(seen, [1, 2, 3]);
    assert.deepEqual(server.sent(), [[Command.MONITOR, hex("21000000 01000000 80 02000000")]]);
  });

  test("no bytes of a server make it throw", () => {
    const message = fc.tuple(fc.integer({ min: 0, max: 24 }), fc.uint8Array({ maxLength: 60 }));
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), (list) => {
        const server = new TestServer().ready().created();
        new GetRequest({ connection: server.connection, sid: SID }, EVERYTHING, {
          resolve: () => {},
          reject: () => {},
        });
        for (const [command, payload] of list) server.send(command, (out) => out.raw(payload));
      }),
      { numRuns: 500 },
    );
  });
});
