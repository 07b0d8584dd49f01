import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { WorkerCalls } from "../../src/libcom/workerCalls.js";

const workerCalls = new URL("../../src/libcom/workerCalls.js", import.meta.url);

/** Tells a channel that it runs, and answers calls with what they asked. */
const worker = (channel: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { answerCalls } from "${workerCalls}";
      const started = new BroadcastChannel("${channel}");
      started.postMessage("runs");
      started.close();
      answerCalls((request) => request);`)}`,
  );

test("a worker that is prepared runs before the first call, which it answers", async () => {
  const channel = "workerCalls.test";
  const listener = new BroadcastChannel(channel);
  const calls = new WorkerCalls<string, string>(worker(channel), "the echo");
  const started = once(listener, "message");
  calls.prepare();
  // The channel keeps the process awake, as a worker without calls does not.
  await started;
  listener.close();
  assert.equal(await calls.ask("hello"), "hello");
  await calls.terminate();
});
