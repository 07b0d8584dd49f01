import assert from "node:assert/strict";
import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Worker } from "node:worker_threads";
import { filter, firstValueFrom, timeout } from "rxjs";
import { parseHostInfo } from "../../../src/drivers/asyn/hostInfo.js";
import { openConnection } from "../../../src/drivers/asyn/ipConnection.js";
import { IpPort, type IpPortOptions } from "../../../src/drivers/asyn/ipPort.js";
import { EOM } from "../../../src/drivers/asyn/portDriver.js";

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const inTime = { timeoutSeconds: 30 };

async function connected(port: IpPort): Promise<void> {
  await firstValueFrom(port.connected$.pipe(filter(Boolean), timeout(30_000)));
}

/** A port that is closed with the test. */
function portTo(context: TestContext, address: string, options: IpPortOptions = {}): IpPort {
  const port = new IpPort("DEV", address, options);
  context.after(() => port.close());
  return port;
}

/** A device that hears datagrams. */
async function datagramDevice(
  context: TestContext,
  heard: (message: string, answer: (text: string) => void) => void,
) {
  const socket: DatagramSocket = createSocket("udp4");
  socket.on("message", (message, from) =>
    heard(message.toString(), (answer) => socket.send(answer, from.port, from.address)),
  );
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  context.after(() => void socket.close());
  return socket.address().port;
}

/** A device behind a stream. */
async function streamDevice(context: TestContext, at: { path?: string }, serve: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    serve(socket);
  });
  server.listen(at.path === undefined ? { port: 0, host: "127.0.0.1" } : { path: at.path });
  await once(server, "listening");
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

test("over UDP a device is asked with a datagram and answers with one", async (context) => {
  const port = await datagramDevice(context, (message, answer) => answer(`${message.trim()}!\n`));
  const dev = portTo(context, `127.0.0.1:${port} UDP`);
  dev.octet.inputEos = dev.octet.outputEos = "\n";
  await connected(dev);
  const reply = await dev.octet.writeRead(Buffer.from("HELLO"), inTime);
  assert.deepEqual([text(reply.data), reply.end], ["HELLO!", EOM.EOS]);
});

test("without terminators each datagram is a reply, and what a reading leaves of one is lost", async (context) => {
  const port = await datagramDevice(context, (_message, answer) => {
    for (const each of ["first", "second", "third"]) answer(each);
  });
  const dev = portTo(context, `127.0.0.1:${port} UDP`, { noProcessEos: true });
  await connected(dev);
  const replies = [text((await dev.octet.writeRead(Buffer.from("GO"), inTime)).data)];
  replies.push(text((await dev.octet.read({ ...inTime, maxBytes: 3 })).data));
  replies.push(text((await dev.octet.read(inTime)).data));
  assert.deepEqual(replies, ["first", "sec", "third"]);
});

test("an HTTP port connects for each request, and the end of the connection ends the reply", async (context) => {
  let connections = 0;
  const port = await streamDevice(context, {}, (socket) => {
    connections += 1;
    socket.once("data", (data) => socket.end(`got ${data.toString()}`));
  });
  const dev = portTo(context, `127.0.0.1:${port} HTTP`);
  await connected(dev);
  assert.equal(connections, 0);
  for (const request of ["one", "two"]) {
    const reply = await dev.octet.writeRead(Buffer.from(request), inTime);
    assert.deepEqual([text(reply.data), reply.end], [`got ${request}`, EOM.END]);
  }
  assert.equal(connections, 2);
});

test("a Unix socket is a device", async (context) => {
  const directory = mkdtempSync(join(tmpdir(), "asyn-unix-"));
  context.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "device");
  await streamDevice(context, { path }, (socket) => socket.on("data", (data) => socket.write(data)));
  const dev = portTo(context, `unix://${path}`, { noProcessEos: true });
  await connected(dev);
  assert.equal(text((await dev.octet.writeRead(Buffer.from("echo"), inTime)).data), "echo");
});

test("a connection leaves from the local port that is asked for", async (context) => {
  const from = createServer().listen(0, "127.0.0.1");
  await once(from, "listening");
  const address = from.address();
  assert.ok(typeof address === "object" && address !== null);
  await new Promise((resolve) => from.close(resolve));
  let remotePort: number | undefined;
  const port = await streamDevice(context, {}, (socket) => {
    remotePort = socket.remotePort;
    socket.write("hello");
  });
  const dev = portTo(context, `127.0.0.1:${port}:${address.port}`, { noProcessEos: true });
  await connected(dev);
  await dev.octet.read(inTime);
  assert.equal(remotePort, address.port);
});

test("who listens hears what a reading finds", async (context) => {
  const port = await streamDevice(context, {}, (socket) => socket.on("data", () => socket.write("a\nb\n")));
  const dev = portTo(context, `127.0.0.1:${port}`);
  dev.octet.inputEos = "\n";
  const heard: string[] = [];
  dev.octet.heard$.subscribe((bytes) => heard.push(text(bytes)));
  await connected(dev);
  assert.equal(text((await dev.octet.writeRead(Buffer.from("GO"), inTime)).data), "a");
  assert.deepEqual(heard, ["a\nb\n"]);
});

test("a slow device gets its characters one by one, and its echoes are checked", async (context) => {
  const chunks: string[] = [];
  const port = await streamDevice(context, {}, (socket) =>
    socket.on("data", (data) => {
      chunks.push(data.toString());
      socket.write(data.toString().replace("x", "y"));
    }),
  );
  const dev = portTo(context, `127.0.0.1:${port}`, { noProcessEos: true });
  dev.octet.pace = { delaySeconds: 0, echoes: true };
  await connected(dev);
  await dev.octet.write(Buffer.from("abc"), inTime);
  assert.deepEqual(chunks, ["a", "b", "c"]);
  await assert.rejects(dev.octet.write(Buffer.from("x"), inTime), /got back 'y' instead of 'x'/);
});

/** Listens, says where, and takes nobody in. */
const UNTAKEN = `
const { parentPort } = require("node:worker_threads");
const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;

/** A port whose system lets two wait to be taken in, and two do: the next connection is neither made nor refused. */
async function fullPort(context: TestContext): Promise<number> {
  const worker = new Worker(UNTAKEN, { eval: true });
  const waiting: Socket[] = [];
  context.after(async () => {
    for (const socket of waiting) socket.destroy();
    await worker.terminate();
  });
  const port = await new Promise<number>((listening, failed) => {
    worker.once("message", listening);
    worker.once("error", failed);
  });
  for (let place = 0; place < 2; place++) {
    const socket = createConnection({ port, host: "127.0.0.1" });
    waiting.push(socket);
    await once(socket, "connect");
  }
  return port;
}

test("a connection that is not made in time is given up", async (context) => {
  const address = parseHostInfo(`127.0.0.1:${await fullPort(context)}`);
  assert.ok(address.ok);
  const problem = await new Promise<string>((failed) => {
    openConnection(address.value, { opened() {}, received() {}, failed, closed() {} }, 0.05);
  });
  assert.match(problem, /no connection after 0.05 s/);
});
