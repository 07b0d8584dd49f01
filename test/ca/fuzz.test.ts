import "./support/silentLog.js";
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { ClientCircuit } from "../../src/ca/client/clientCircuit.js";
import { readingOf } from "../../src/ca/client/reading.js";
import { dbrTypeOf } from "../../src/ca/codec/dbrTypes.js";
import { ServerCircuit } from "../../src/ca/server/serverCircuit.js";
import { bytes } from "./support/bytes.js";
import { clientOf, startServer } from "./support/loopback.js";
import { MemoryProvider, MemoryPv } from "./support/memoryProvider.js";
import { mutated, Random } from "./support/mutation.js";

const MESSAGES = Number(process.env["TOMOIOC_FUZZ_MESSAGES"] ?? 10_000);
const SEED = Number(process.env["TOMOIOC_FUZZ_SEED"] ?? 20_261_123);
const VERSION = bytes("0000 0000 0000 000d 00000000 00000000");
const CREATE_X = bytes("0012 0008 0000 0000 00000007 0000000d 7800000000000000");
const NAMES = ["x", "wave", "text", "nobody"];

const pvs = (): MemoryProvider =>
  new MemoryProvider({
    x: new MemoryPv("DOUBLE", 1, { units: "mm" }),
    wave: new MemoryPv("LONG", Int32Array.of(1, 2, 3), {}, 100),
    text: new MemoryPv("STRING", "hello"),
  });

describe("mutated messages", () => {
  it(`leave a server circuit either answering or closed (${MESSAGES} messages, seed ${SEED})`, () => {
    const random = new Random(SEED);
    const provider = pvs();
    let circuit: ServerCircuit | undefined;
    for (let sent = 0; sent < MESSAGES; sent++) {
      if (circuit === undefined || circuit.state === "closed" || sent % 100 === 0) {
        circuit?.close("next");
        circuit = new ServerCircuit(
          { providers: [provider], tcpPort: 5064, maximumArrayBytes: undefined, peer: "" },
          { unsent: 0, flush: () => {}, scheduleFlush: () => {} },
        );
        circuit.receive(Buffer.concat([VERSION, CREATE_X]));
      }
      const [sid = 0] = circuit.channels.keys();
      circuit.receive(mutated(random, NAMES, sid));
      circuit.out.clear();
    }
    circuit?.close("end");
    assert.equal(provider.openChannels, 0);
  });

  it(`leave a client circuit either listening or closed (${MESSAGES} messages)`, () => {
    const random = new Random(SEED);
    let circuit: ClientCircuit | undefined;
    for (let sent = 0; sent < MESSAGES; sent++) {
      if (circuit === undefined || circuit.state === "closed" || sent % 100 === 0) {
        circuit = new ClientCircuit({ peer: "", priority: 0, user: "", host: "", onOutput: () => {} });
        for (let id = 0; id < 10; id++)
          circuit.subscribe(1, dbrTypeOf("time", "DOUBLE"), 0, 5, (_status, message) => {
            if (message !== undefined) readingOf(message);
          });
      }
      circuit.receive(mutated(random, NAMES, 3));
      circuit.out.clear();
    }
  });

  it("to live sockets leave other clients undisturbed", async () => {
    const server = await startServer([pvs()]);
    const client = clientOf(server);
    const undisturbed = client.connect("x");
    await undisturbed.whenConnected();
    const random = new Random(SEED + 1);
    const udp = createSocket("udp4");
    for (let round = 0; round < 40; round++) {
      const socket = connect(server.tcpPort, "127.0.0.1");
      socket.on("error", () => {});
      socket.resume();
      socket.write(Buffer.concat([VERSION, CREATE_X]));
      for (let sent = 0; sent < MESSAGES / 400; sent++) {
        const message = mutated(random, NAMES, random.below(100));
        socket.write(message);
        udp.send(Buffer.concat([VERSION, message]), server.udpPort, "127.0.0.1");
      }
      socket.end();
      await once(socket, "close");
    }
    udp.close();
    assert.equal(undisturbed.connected, true);
    assert.equal((await undisturbed.read()).type, "DOUBLE");
    client.close();
    await server.stop();
  });
});
