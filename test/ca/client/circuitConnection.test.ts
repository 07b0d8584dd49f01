import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { CircuitConnection } from "../../../src/ca/client/circuitConnection.js";
import { dbrTypeOf } from "../../../src/ca/codec/dbrTypes.js";

/** More than the system keeps for a peer that does not read. */
const MUCH = new Float64Array(4_000_000);
const ECHO_SECONDS = 1;

/** A server that takes nothing until the test reads, and a circuit to it that is given much to send. */
async function loaded(test: TestContext) {
  const listener = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  assert.ok(address !== null && typeof address !== "string");
  const accepted = new Promise<Socket>((resolve) => listener.once("connection", resolve));
  let end = (): void => {};
  const closed = new Promise<"closed">((resolve) => {
    end = () => resolve("closed");
  });
  const connection = new CircuitConnection({
    address: { host: "127.0.0.1", port: address.port },
    priority: 0,
    user: "me",
    host: "here",
    connectionTimeoutSeconds: 0.5,
    echoSeconds: ECHO_SECONDS,
    onClosed: end,
  });
  const socket = await accepted;
  // The client has connected when its first bytes are there.
  await once(socket, "readable");
  connection.circuit.write(1, dbrTypeOf("plain", "DOUBLE"), MUCH);
  test.after(() => {
    connection.close();
    socket.destroy();
    listener.close();
  });
  return { socket, closed };
}

describe("a circuit with much to send", { concurrency: 2 }, () => {
  it("stays while its server takes some of it now and then", async (test) => {
    const { socket, closed } = await loaded(test);
    let taken = 0;
    const all = new Promise<"all">((resolve) => {
      const timer = setInterval(() => {
        const chunk: Buffer | null = socket.read();
        taken += chunk?.length ?? 0;
        if (taken >= MUCH.byteLength) resolve("all");
      }, 4);
      test.after(() => clearInterval(timer));
    });
    assert.equal(await Promise.race([closed, all]), "all");
  });

  it("ends when its server takes nothing for as long as an echo may last", async (test) => {
    const { closed } = await loaded(test);
    assert.equal(await closed, "closed");
  });
});
