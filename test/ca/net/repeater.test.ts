import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { describe, it } from "node:test";
import { beaconMessage } from "../../../src/ca/net/beacon.js";
import { CaRepeater } from "../../../src/ca/net/repeater.js";
import { RepeaterRegistration, registerMessage } from "../../../src/ca/net/repeaterRegistration.js";
import { freePort } from "../../support/freePorts.js";
import { sameBytes } from "../support/bytes.js";

const LOOPBACK = "127.0.0.1";

async function socketOn(port = 0): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(port, LOOPBACK);
  await once(socket, "listening");
  return socket;
}

const received = async (socket: Socket): Promise<Buffer> => {
  const [datagram] = await once(socket, "message");
  return datagram;
};

async function running(): Promise<{ repeater: CaRepeater; port: number; client: Socket }> {
  const port = await freePort();
  const repeater = new CaRepeater();
  assert.equal(await repeater.start(port, LOOPBACK), true);
  return { repeater, port, client: await socketOn() };
}

describe("the repeater", () => {
  it("confirms a registration", async () => {
    const { repeater, port, client } = await running();
    client.send(registerMessage(), port, LOOPBACK);
    sameBytes(await received(client), "0011 0000 0000 0000 00000000 7f000001");
    client.close();
    repeater.stop();
  });

  it("confirms an empty datagram too", async () => {
    const { repeater, port, client } = await running();
    client.send(Buffer.alloc(0), port, LOOPBACK);
    sameBytes(await received(client), "0011 0000 0000 0000 00000000 7f000001");
    client.close();
    repeater.stop();
  });

  it("passes beacons on with the server's address", async () => {
    const { repeater, port, client } = await running();
    client.send(registerMessage(), port, LOOPBACK);
    await received(client);
    const server = await socketOn();
    server.send(beaconMessage(5064, 3), port, LOOPBACK);
    sameBytes(await received(client), "000d 0000 000d 13c8 00000003 7f000001");
    for (const socket of [client, server]) socket.close();
    repeater.stop();
  });

  it("forgets clients that left when a new one comes", async () => {
    const { repeater, port, client } = await running();
    const gone = await socketOn();
    gone.send(registerMessage(), port, LOOPBACK);
    await received(gone);
    const left = gone.address().port;
    gone.close();
    client.send(registerMessage(), port, LOOPBACK);
    await received(client);
    for (let turn = 0; turn < 100 && repeater.clients.includes(left); turn++)
      await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(repeater.clients, [client.address().port]);
    client.close();
    repeater.stop();
  });

  it("has the client that started it, because none was there, with the next try", {
    timeout: 20_000,
  }, async () => {
    const port = await freePort();
    const repeater = new CaRepeater();
    const client = await socketOn();
    const registration = new RepeaterRegistration(client, port, () => void repeater.start(port, LOOPBACK));
    sameBytes(await received(client), "0011 0000 0000 0000 00000000 7f000001");
    registration.stop();
    client.close();
    repeater.stop();
  });

  it("leaves the port to one that runs already", async () => {
    const { repeater, port, client } = await running();
    assert.equal(await new CaRepeater().start(port, LOOPBACK), false);
    client.close();
    repeater.stop();
  });
});
