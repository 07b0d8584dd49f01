import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { it } from "node:test";
import { ByteWriter } from "../../../src/ca/codec/byteWriter.js";
import { FlushingSocket } from "../../../src/ca/net/flushingSocket.js";

const PIECES = 10;
const PIECE_SIZE = 1024;

it("a flushing socket goes on with what was held back, although nothing more happens on it", {
  timeout: 20_000,
}, async (test) => {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  assert.ok(address !== null && typeof address !== "string");
  const accepted = new Promise<Socket>((resolve) => listener.once("connection", resolve));
  const peer = connect(address.port, "127.0.0.1");
  const socket = await accepted;
  test.after(() => {
    peer.destroy();
    socket.destroy();
    listener.close();
  });
  const out = new ByteWriter();
  let left = PIECES;
  const flushing = new FlushingSocket(socket, out, () => {
    if (left === 0) return;
    left -= 1;
    out.zeros(PIECE_SIZE);
  });
  let received = 0;
  const all = new Promise<void>((resolve) => {
    peer.on("data", (chunk: Buffer) => {
      received += chunk.length;
      if (received === PIECES * PIECE_SIZE) resolve();
    });
  });
  flushing.scheduleFlush();
  await all;
  assert.equal(out.length, 0);
});
