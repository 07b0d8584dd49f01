import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { CaClient } from "../../../src/ca/client/caClient.js";
import { Command } from "../../../src/ca/codec/commands.js";
import { dbrTypeOf } from "../../../src/ca/codec/dbrTypes.js";
import { putMessage, putText } from "../../../src/ca/codec/message.js";
import { CaServer } from "../../../src/ca/server/caServer.js";
import { usedBytes } from "../../fuzz/memory.js";
import { written } from "../support/bytes.js";
import { clientOf, startServer } from "../support/loopback.js";
import { MemoryProvider, MemoryPv } from "../support/memoryProvider.js";
import { eventAdd, openRawChannel } from "../support/rawChannel.js";

const providing = (name: string, value: number): MemoryProvider =>
  new MemoryProvider({ [name]: new MemoryPv("DOUBLE", value) });

describe("servers on one host", () => {
  it("share the search port, each with a TCP port of its own", async (test) => {
    const first = await startServer([providing("a", 1)]);
    test.after(() => first.stop());
    const second = await startServer([providing("b", 2)], { serverPort: first.udpPort });
    test.after(() => second.stop());
    assert.equal(second.udpPort, first.udpPort);
    assert.notEqual(second.tcpPort, first.tcpPort);
    // Both hear the loopback interface's broadcasts; a unicast would reach only one of them.
    const client = new CaClient({
      environment: {},
      addressList: [`127.255.255.255:${first.udpPort}`],
      autoAddressList: false,
      startRepeater: false,
    });
    test.after(() => client.close());
    const [a, b] = await Promise.all([client.connect("a").read(), client.connect("b").read()]);
    assert.deepEqual([a.value, b.value], [1, 2]);
  });
});

describe("a server", () => {
  it("serves the names of all its providers", async (test) => {
    const server = await startServer([providing("a", 1), providing("b", 2)]);
    test.after(() => server.stop());
    const client = clientOf(server);
    test.after(() => client.close());
    const [a, b] = await Promise.all([client.connect("a").read(), client.connect("b").read()]);
    assert.deepEqual([a.value, b.value], [1, 2]);
  });

  it("is found through a name server", async (test) => {
    const server = await startServer([providing("a", 1)]);
    test.after(() => server.stop());
    const client = new CaClient({
      environment: {},
      autoAddressList: false,
      nameServers: [`127.0.0.1:${server.tcpPort}`],
      startRepeater: false,
    });
    test.after(() => client.close());
    assert.equal((await client.connect("a").read()).value, 1);
  });

  it("lists its clients with user, host and channels", async (test) => {
    const server = await startServer([providing("a", 1)]);
    test.after(() => server.stop());
    const client = clientOf(server, { user: "operator", host: "console" });
    test.after(() => client.close());
    await client.connect("a", { priority: 20 }).read();
    const [listed] = server.clients();
    assert.deepEqual(
      { ...listed, address: "" },
      {
        address: "",
        user: "operator",
        host: "console",
        minorVersion: 13,
        priority: 20,
        channels: ["a"],
      },
    );
  });

  it("gives channels of one priority one circuit, and another priority another", async (test) => {
    const server = await startServer([providing("a", 1), providing("b", 2)]);
    test.after(() => server.stop());
    const client = clientOf(server);
    test.after(() => client.close());
    await Promise.all([
      client.connect("a").read(),
      client.connect("b").read(),
      client.connect("a", { priority: 5 }).read(),
    ]);
    assert.equal(server.clients().length, 2);
  });

  it("sends beacons with its TCP port and counts them", async (test) => {
    const listener = createSocket("udp4");
    test.after(() => listener.close());
    listener.bind(0, "127.0.0.1");
    await once(listener, "listening");
    const beacons: Buffer[] = [];
    const third = new Promise<void>((resolve) => {
      listener.on("message", (datagram: Buffer) => {
        if (beacons.push(datagram) === 3) resolve();
      });
    });
    const server = await startServer([], {
      beaconAddressList: [`127.0.0.1:${listener.address().port}`],
    });
    test.after(() => server.stop());
    await third;
    assert.deepEqual(
      beacons
        .slice(0, 3)
        .map((beacon) => [beacon.readUInt16BE(0), beacon.readUInt16BE(6), beacon.readUInt32BE(8)]),
      [0, 1, 2].map((count) => [13, server.tcpPort, count]),
    );
  });

  it("does not answer addresses it is told to ignore", async (test) => {
    const server = await startServer([providing("a", 1)], { ignoredAddresses: ["127.0.0.1"] });
    test.after(() => server.stop());
    const client = clientOf(server);
    test.after(() => client.close());
    await assert.rejects(client.connect("a").read({ timeoutSeconds: 0.2 }));
  });

  it("says so when it cannot listen on an address, and gives everything back", async () => {
    const server = new CaServer({
      providers: [],
      environment: {},
      interfaces: ["203.0.113.1"],
      serverPort: 0,
    });
    await assert.rejects(server.start(), /EADDRNOTAVAIL/);
  });

  it("takes no more requests from a client that does not read its answers, and all of them once it does", async (test) => {
    const size = 100_000;
    const requests = 400;
    const big = new MemoryProvider({ big: new MemoryPv("DOUBLE", new Float64Array(size)) });
    const server = await startServer([big]);
    test.after(() => server.stop());
    const socket = connect(server.tcpPort, "127.0.0.1");
    test.after(() => socket.destroy());
    const hello = written((out) => {
      putMessage(out, Command.VERSION, 0, 13, 0, 0);
      putText(out, Command.CREATE_CHAN, "big", 0, 0, 7, 13);
    });
    // VERSION, ACCESS_RIGHTS and the response to CREATE_CHAN with its extended header; the server's id is its last field.
    const greeting = 16 + 16 + 24;
    let answered = Buffer.alloc(0);
    let received = 0;
    const arrived = (total: number): Promise<void> =>
      new Promise((resolve) => {
        socket.on("data", (chunk: Buffer) => {
          received += chunk.length;
          if (answered.length < greeting) answered = Buffer.concat([answered, chunk]);
          if (received >= total) resolve();
        });
      });
    socket.write(hello);
    await arrived(greeting);
    socket.removeAllListeners("data");
    socket.pause();
    const sid = answered.readUInt32BE(16 + 16 + 12);
    const before = process.memoryUsage().arrayBuffers;
    socket.write(
      written((out) => {
        for (let id = 0; id < requests; id++) putMessage(out, Command.READ_NOTIFY, 6, 0, sid, id);
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(process.memoryUsage().arrayBuffers - before < 50e6);
    const total = greeting + requests * (24 + size * 8);
    const all = arrived(total);
    socket.resume();
    await all;
    assert.equal(received, total);
  });

  it("keeps little for a client that does not read its events, and the last one always", async (test) => {
    const [size, posts] = [1000, 4000];
    const wave = new MemoryPv("DOUBLE", new Float64Array(size));
    const server = await startServer([new MemoryProvider({ wave })]);
    test.after(() => server.stop());
    const { socket, sid } = await openRawChannel(server.tcpPort, "wave");
    test.after(() => socket.destroy());
    socket.pause();
    socket.write(eventAdd(sid, dbrTypeOf("plain", "DOUBLE").code, size));
    while (wave.monitorCount === 0) await new Promise(setImmediate);
    const before = await usedBytes();
    for (let value = 1; value <= posts; value++) {
      wave.post(new Float64Array(size).fill(value));
      await new Promise(setImmediate);
    }
    const grown = (await usedBytes()) - before;
    assert.ok(grown < 4e6, `${grown} bytes are kept of ${posts * size * 8}`);
    let last = Buffer.alloc(0);
    const isLast = (): boolean => last.length >= 8 && last.readDoubleBE(last.length - 8) === posts;
    socket.on("data", (chunk: Buffer) => {
      last = Buffer.concat([last, chunk]).subarray(-8);
    });
    socket.resume();
    while (!isLast()) await once(socket, "data");
  });

  it("lets a client with 2000 channels connect", async (test) => {
    const names = Array.from({ length: 2000 }, (_, index) => `pv${index}`);
    const provider = new MemoryProvider(
      Object.fromEntries(names.map((name, index) => [name, new MemoryPv("LONG", index)])),
    );
    const server = await startServer([provider]);
    test.after(() => server.stop());
    const client = clientOf(server);
    test.after(() => client.close());
    const readings = await Promise.all(
      names.map((name) => client.connect(name).read({ timeoutSeconds: 20 })),
    );
    assert.ok(readings.every(({ value }, index) => value === index));
  });
});
