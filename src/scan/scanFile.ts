import { existsSync } from "node:fs";
import { defer, endWith, ignoreElements, merge, race, startWith, switchMap, take, timer } from "rxjs";
import { number$ } from "../records/pvStreams.js";
import { addTheta, tellMissingFields } from "./completeFile.js";
import { saveConfiguration } from "./configuration.js";
import type { ScanContext } from "./context.js";
import type { EndTask } from "./endScan.js";
import type { FieldKind } from "./fieldKinds.js";
import { showSaved } from "./progress.js";
import { readText } from "./pvValues.js";
import { stopOther } from "./recording.js";
import { during, nothing, perform, put, putAndWait, reach, type Step, sequence, within } from "./steps.js";
import { startTransfer } from "./transfer.js";

/** What a complete file of a scan holds: a projection at each angle, and so many fields. */
export interface FileContents {
  readonly angles: readonly number[];
  readonly fields: Readonly<Record<FieldKind, number>>;
}

/** The one file that a scan writes when it does not stream: dark fields, flat fields and projections. */
export interface ScanFile {
  /** Opens it for so many frames. */
  begin(contents: FileContents): Step;
  /** Closes and completes it, when it was begun. */
  readonly end: readonly EndTask[];
}

const framesOf = ({ angles, fields }: FileContents): number => angles.length + fields.dark + fields.flat;

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
  let begun: (FileContents & { readonly path: string }) | undefined;

  const whenBegun = (step: (path: string, contents: FileContents) => Step): Step =>
    defer(() => (begun === undefined ? nothing : step(begun.path, begun)));
  /** The file plugin makes no file for a scan that had no frame. */
  const whenStored = (step: (path: string, contents: FileContents) => Step): Step =>
    whenBegun((path, contents) => (existsSync(path) ? step(path, contents) : nothing));
  const close = sequence(
    during(untilStored(context), showSaved(context)),
    put(beamline.file("Capture"), 0),
    reach(state, (value) => value === 0).pipe(within(times.drain, `${state.name}: the file was not closed`)),
  );
  return {
    begin: (contents) =>
      sequence(
        stopOther(context),
        putAndWait(beamline.file("NumCapture"), framesOf(contents), times.put),
        merge(
          reach(state, (value) => value === 1).pipe(
            within(times.capture, `${state.name}: the file was not opened`),
          ),
          put(beamline.file("Capture"), 1),
        ),
        perform(async () => {
          begun = { ...contents, path: await readText(beamline.file("FullFileName_RBV")) };
        }),
      ),
    end: [
      ["file", whenBegun(() => close)],
      ["theta", whenStored((path, { angles }) => perform(() => addTheta(context, path, angles)))],
      ["fields", whenStored((path, { fields }) => perform(() => tellMissingFields(context, path, fields)))],
      ["configuration", whenBegun((path) => saveConfiguration(context, path))],
      ["copy", whenStored((path) => startTransfer(context, path))],
    ],
  };
}
