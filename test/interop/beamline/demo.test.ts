import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type DemoProcess, type ExitStatus, startDemo } from "./demoProcess.js";

const PNG_SIGNATURE = "89504e470d0a1a0a";

function assertEndsWell(demo: DemoProcess, status: ExitStatus): void {
  assert.equal(status, 0, `the demo ended with ${status} after it had printed:\n${demo.output()}`);
}

test("the demo scans, reconstructs and leaves a picture of the slices when Ctrl-C ends it", async () => {
  const picture = join(tmpdir(), `tomoioc-slices-${process.pid}.png`);
  const demo = await startDemo(["--scan", "--snapshot", picture]);
  await demo.printed(/frames\/s \| in buffer \d+\/\d+ \| recon \d+ ms \| captured \d+ \| dropped \d+/, 90);
  assertEndsWell(demo, await demo.stop());
  assert.ok(existsSync(picture), demo.output());
  assert.equal(readFileSync(picture).subarray(0, 8).toString("hex"), PNG_SIGNATURE);
  assert.match(demo.output(), /last ortho-slices: 256 rows x 768 columns/);
  rmSync(picture);
});

test("the demo ends by itself when its time is over", async () => {
  const demo = await startDemo(["--for", "1s"]);
  assertEndsWell(demo, await demo.exited(60));
});

test("an option that is wrong is named", async () => {
  await assert.rejects(startDemo(["--size", "enormous"]), /use a whole number of pixels/);
});
