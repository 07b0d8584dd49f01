import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { patientTimer } from "../../src/libcom/patientTimer.js";

test("what arrived while a program was busy is read before its time is up", async () => {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const order: string[] = [];
  socket.on("message", () => order.push("message"));
  await new Promise((sent) => socket.send("here", socket.address().port, "127.0.0.1", sent));
  const late = new Promise<void>((resolve) => {
    patientTimer(1, () => {
      order.push("time is up");
      resolve();
    });
  });
  for (const end = performance.now() + 20; performance.now() < end; );
  await late;
  socket.close();
  assert.deepEqual(order, ["message", "time is up"]);
});

test("a timer that is called off does not call", async () => {
  const calls: string[] = [];
  const cancel = patientTimer(0, () => calls.push("called"));
  cancel();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(calls, []);
});
