import { defer } from "rxjs";
import type { ScanContext } from "./context.js";
import { readNumber } from "./pvValues.js";
import { after, nothing, put, putAndWait, reach, type Step, sequence, when, within } from "./steps.js";

/** The circular buffer begins anew; `meanwhile` is done while it stands. */
export const restartRing = ({ beamline, times }: ScanContext, meanwhile: Step = nothing): Step => {
  const state = beamline.ring("Capture_RBV");
  return sequence(
    putAndWait(beamline.ring("Capture"), 0, times.put),
    reach(state, (value) => value === 0).pipe(within(times.put, `${state.name}: the ring did not stop`)),
    meanwhile,
    put(beamline.ring("Capture"), 1),
  );
};

/**
 * Frames that the ring emits when it is triggered: it waits for the next frame, then goes from the oldest on, then passes
 * `postCount` frames as they come.
 */
export function flushRing({ beamline, times }: ScanContext, postCount: number): Step {
  const triggered = beamline.ring("Trigger_RBV");
  return sequence(
    putAndWait(beamline.ring("PostCount"), postCount, times.put),
    put(beamline.ring("Trigger"), 1),
    reach(triggered, (value) => value === 1).pipe(
      within(times.put, `${triggered.name}: the ring was not triggered`),
    ),
    put(beamline.ring("EnableCallbacks"), 1),
  );
}

/** How every action ends, whatever happened in it: the ring keeps frames, also when it was triggered and nothing came of it. */
export const releaseRing = (context: ScanContext): Step => {
  const { beamline, ending$ } = context;
  const isIdle = async (): Promise<boolean> =>
    (await readNumber(beamline.ring("Capture_RBV"))) === 0 ||
    (await readNumber(beamline.ring("Trigger_RBV"))) !== 0;
  return sequence(
    put(beamline.ring("EnableCallbacks"), 1),
    defer(() => (ending$.value ? nothing : after(isIdle, (idle) => when(idle, restartRing(context))))),
  );
};
