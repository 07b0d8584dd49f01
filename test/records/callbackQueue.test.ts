import assert from "node:assert/strict";
import { test } from "node:test";
import { CallbackQueue } from "../../src/records/callbackQueue.js";

test("a delay that is longer than a timer can wait is not over at once", async () => {
  const queue = new CallbackQueue();
  const over: string[] = [];
  queue.after(1e9, () => over.push("years"));
  await new Promise<void>((resolve) => {
    queue.after(0.01, () => {
      over.push("moment");
      resolve();
    });
  });
  queue.stop();
  assert.deepEqual(over, ["moment"]);
});
