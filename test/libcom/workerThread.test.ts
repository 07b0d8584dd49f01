import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { endThread } from "../../src/libcom/workerThread.js";

const workerThread = new URL("../../src/libcom/workerThread.js", import.meta.url);

/** A thread that answers numbers with their doubles, and does something else first. */
const thread = (first = ""): Worker =>
  new Worker(
    new URL(
      `data:text/javascript,${encodeURIComponent(`
        import { parentPort } from "node:worker_threads";
        import { takeMessages } from "${workerThread}";
        ${first}
        takeMessages(parentPort, (number) => parentPort.postMessage(2 * number));`)}`,
    ),
  );

describe("ending a thread", () => {
  it("lets it answer what it was sent before, and end by itself", async () => {
    const worker = thread();
    const answers: number[] = [];
    worker.on("message", (answer: number) => answers.push(answer));
    const exit = once(worker, "exit");
    worker.postMessage(21);
    await endThread(worker, true);
    assert.deepEqual(await exit, [0]);
    assert.deepEqual(answers, [42]);
  });

  it("cuts off one that is not idle", async () => {
    const worker = thread('parentPort.postMessage("busy"); for (;;);');
    const exit = once(worker, "exit");
    await once(worker, "message");
    await endThread(worker, false);
    assert.deepEqual(await exit, [1]);
  });

  it("terminates one that something else keeps running", async () => {
    const worker = thread("setInterval(() => {}, 1000);");
    const exit = once(worker, "exit");
    await endThread(worker, true);
    assert.deepEqual(await exit, [1]);
  });

  it("has nothing to wait for when it has ended already", async () => {
    const worker = thread();
    await endThread(worker, true);
    await endThread(worker, true);
    assert.equal(worker.threadId, -1);
  });
});
