import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { it } from "node:test";
import { queryObjects } from "node:v8";
import { Subscription } from "rxjs";
import type { CaServer } from "../../src/ca/index.js";
import { usedBytes } from "../fuzz/memory.js";
import { TestBeamline } from "./testBeamline.js";

const SCANS = 100;
/** One scan in so many takes fields and a capture, too. */
const CAPTURES = 20;
/** Compiled code of what runs often comes and goes; what a scan held would be more. */
const GROWTH_BYTES = 4_000_000;

/** All that a scan could leave behind. */
const held = (beamline: TestBeamline, server: CaServer): Readonly<Record<string, unknown>> => ({
  subscriptions: beamline.observed.subscriptions,
  pvs: beamline.observed.open,
  channels: server.clients().map(({ channels }) => channels.length),
  // Timers of requests that were answered run out later.
  handles: process
    .getActiveResourcesInfo()
    .filter((name) => name !== "Timeout")
    .sort()
    .join(),
  files: readdirSync("/proc/self/fd").length,
  // Also those that nobody has counted.
  objects: [Subscription, Promise].map((made) => `${made.name}: ${queryObjects(made)}`).join(),
});

it("a hundred scans in a row leave nothing behind: no subscription, channel, handle, file or object", async (context) => {
  const { beamline, server } = await TestBeamline.remote(context, {
    NumAngles: 20,
    ExposureTime: 0.002,
    NumDarkFields: 1,
    NumFlatFields: 1,
    StreamNumCapture: 4,
    StreamPreCount: 3,
  });
  await beamline.served();
  const scan = async (captures: boolean): Promise<void> => {
    const { ended } = await beamline.stream();
    if (captures)
      for (const button of ["StreamRetakeDark", "StreamRetakeFlat", "StreamCapture"])
        await beamline.press(button);
    beamline.set("AbortScan", 1);
    await ended;
    assert.equal(beamline.text("ScanStatus"), "Scan aborted");
  };
  for (let warmUp = 0; warmUp < 3; warmUp++) await scan(true);
  const before = held(beamline, server);
  const bytesBefore = await usedBytes();
  for (let index = 0; index < SCANS; index++) {
    await scan(index % CAPTURES === 0);
    beamline.detector.frames.length = 0;
  }
  assert.deepEqual(held(beamline, server), before);
  const growth = (await usedBytes()) - bytesBefore;
  context.diagnostic(`memory: ${growth} bytes more after ${SCANS} scans`);
  assert.ok(growth < GROWTH_BYTES, `${growth} bytes more after ${SCANS} scans`);
});
