import { existsSync } from "node:fs";
import { defer, endWith, ignoreElements, merge, race, startWith, switchMap, take, timer } from "rxjs";
import { number$ } from "../records/pvStreams.js";
import { addTheta } from "./completeFile.js";
import { saveConfiguration } from "./configuration.js";
import type { ScanContext } from "./context.js";
import type { EndTask } from "./endScan.js";
import { showSaved } from "./progress.js";
import { readText } from "./pvValues.js";
import { stopOther } from "./recording.js";
import { during, nothing, perform, put, putAndWait, reach, type Step, sequence, within } from "./steps.js";
import { startTransfer } from "./transfer.js";

/** The one file that a scan writes when it does not stream: dark fields, flat fields and projections. */
export interface ScanFile {
  /** Opens it for this many frames. */
  begin(frames: number): Step;
  /** The angle of each projection, as soon as it is known. */
  angles: readonly number[];
  /** Closes and completes it, when it was begun. */
  readonly end: readonly EndTask[];
}

/** Completes when the file plugin has all frames that it waits for, or when no more come. */
const untilStored = ({ beamline, times }: ScanContext): Step => {
  const closed = reach(beamline.file("Capture_RBV"), (value) => value === 0);
  const quiet = number$(beamline.file("NumCaptured_RBV")).pipe(
    startWith(0),
    switchMap(() => timer(times.frames * 1000)),
    take(1),
    ignoreElements(),
  );
  return race(closed.pipe(endWith(0)), quiet.pipe(endWith(0))).pipe(ignoreElements());
};

export function scanFile(context: ScanContext): ScanFile {
  const { beamline, times } = context;
  const state = beamline.file("Capture_RBV");
  let path: string | undefined;

  const whenBegun = (step: (path: string) => Step): Step =>
    defer(() => (path === undefined ? nothing : step(path)));
  /** The file plugin makes no file for a scan that had no frame. */
  const whenStored = (step: (path: string) => Step): Step =>
    whenBegun((begun) => (existsSync(begun) ? step(begun) : nothing));
  const close = sequence(
    during(untilStored(context), showSaved(context)),
    put(beamline.file("Capture"), 0),
    reach(state, (value) => value === 0).pipe(
      within(times.capture, `${state.name}: the file was not closed`),
    ),
  );
  const file: ScanFile = {
    angles: [],
    begin: (frames) =>
      sequence(
        stopOther(context),
        putAndWait(beamline.file("NumCapture"), frames, times.put),
        merge(
          reach(state, (value) => value === 1).pipe(
            within(times.capture, `${state.name}: the file was not opened`),
          ),
          put(beamline.file("Capture"), 1),
        ),
        perform(async () => {
          path = await readText(beamline.file("FullFileName_RBV"));
        }),
      ),
    end: [
      ["file", whenBegun(() => close)],
      ["theta", whenStored((stored) => perform(() => addTheta(context, stored, file.angles)))],
      ["configuration", whenBegun((begun) => saveConfiguration(context, begun))],
      ["copy", whenStored((stored) => startTransfer(context, stored))],
    ],
  };
  return file;
}
