import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";

const LONGEST_CLOSE_MS = 5000;
const LOOK_MS = 5;

/** Sockets and timers of this process. */
export const handles = (): number => process.getActiveResourcesInfo().length;

/** Sockets take a few turns of the event loop to close, and nothing tells when. */
export async function soon(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; waited < LONGEST_CLOSE_MS && !condition(); waited += LOOK_MS) await wait(LOOK_MS);
  assert.ok(condition(), what);
}
