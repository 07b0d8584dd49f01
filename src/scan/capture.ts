import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { catchError, filter, ignoreElements, type Observable, tap } from "rxjs";
import type { CaptureToFinish, FieldKind } from "./captureFile.js";
import { finishCaptureFile } from "./captureFileTasks.js";
import type { ScanContext } from "./context.js";
import { fixedName, withFileSettings } from "./fileSettings.js";
import { readNumber, readText } from "./pvValues.js";
import { record } from "./recording.js";
import {
  after,
  messageOf,
  perform,
  put,
  putAndWait,
  reach,
  type Step,
  sequence,
  when,
  within,
} from "./steps.js";

const FIELD_KINDS: readonly FieldKind[] = ["dark", "flat"];

export const fieldsFileName = (kind: FieldKind): string => `${kind}_fields.h5`;

/** Keeps the dark and flat fields that belong to a capture beside it, under its name. */
async function keepFields(path: string): Promise<Partial<Record<FieldKind, string>>> {
  const kept: Partial<Record<FieldKind, string>> = {};
  for (const kind of FIELD_KINDS) {
    const latest = join(dirname(path), fieldsFileName(kind));
    if (!existsSync(latest)) continue;
    const own = join(dirname(path), `${kind}_fields_${basename(path)}`);
    await copyFile(latest, own);
    kept[kind] = own;
  }
  return kept;
}

async function factsOf({ beamline, scan$ }: ScanContext, path: string): Promise<CaptureToFinish> {
  if (!existsSync(path)) throw new Error("the file cannot be reached from here");
  const theta = scan$.value?.theta;
  if (theta === undefined) throw new Error("the angles are not known any more");
  const firstProjid = await readNumber(beamline.own("FirstProjid"));
  return { path, theta, firstProjid, fields: await keepFields(path) };
}

/** Adds theta, dark and flat fields to a captured file. What cannot be added is logged: the frames are safe anyway. */
const finishFile = (context: ScanContext, path: string): Step =>
  after(
    () => factsOf(context, path),
    (facts) =>
      finishCaptureFile(facts).pipe(
        tap((count) => context.log.info(`${path}: ${count} angles, dark and flat fields added`)),
        ignoreElements(),
      ),
  ).pipe(
    catchError((error) => perform(() => context.log.error(`${path}: theta and fields: ${messageOf(error)}`))),
  );

/** Frames that the ring emits when it is triggered: it waits for the next frame, then goes from the oldest on. */
function flushRing({ beamline, times }: ScanContext, count: number): Step {
  const triggered = beamline.ring("Trigger_RBV");
  return sequence(
    putAndWait(beamline.ring("PostCount"), count, times.put),
    put(beamline.ring("Trigger"), 1),
    reach(triggered, (value) => value === 1).pipe(
      within(times.put, `${triggered.name}: the ring was not triggered`),
    ),
    put(beamline.ring("EnableCallbacks"), 1),
  );
}

export interface Captured {
  /** Name of the file with the projections. */
  file: string;
  projections: number;
  preCounted: number;
  readonly paths: string[];
}

const noteFile = ({ beamline }: ScanContext, captured: Captured, count: "projections" | "preCounted"): Step =>
  perform(async () => {
    const path = await readText(beamline.file("FullFileName_RBV"));
    captured.paths.push(path);
    captured[count] = await readNumber(beamline.file("NumCaptured_RBV"));
    if (count === "projections") captured.file = basename(path);
  });

const captureProjections = (context: ScanContext, captured: Captured, stop$: Observable<unknown>): Step => {
  const { beamline, times } = context;
  return sequence(
    put(beamline.own("StreamMessage"), "Capturing projections"),
    put(beamline.ring("EnableCallbacks"), 0),
    after(
      () => readText(beamline.own("FileName")),
      (name) => putAndWait(beamline.file("FileName"), name, times.put),
    ),
    after(
      () => readNumber(beamline.own("StreamNumCapture")),
      (count) => record(context, count, stop$),
    ),
    noteFile(context, captured, "projections"),
  );
};

/** Stores what the ring kept from before the capture, in a file of its own. */
const captureRing = (context: ScanContext, captured: Captured): Step => {
  const { beamline, ending$ } = context;
  const stop$ = ending$.pipe(filter((ending) => ending));
  const store = (count: number, port: string): Step =>
    sequence(
      put(beamline.own("StreamMessage"), "Capturing circular buffer"),
      withFileSettings(
        context,
        fixedName(`circular_buffer_${captured.file}`, port),
        sequence(
          record(context, count, stop$, flushRing(context, count)),
          noteFile(context, captured, "preCounted"),
        ),
      ),
      put(beamline.ring("Capture"), 1),
    );
  return after(
    async () => ({
      wanted: await readNumber(beamline.own("StreamPreCount")),
      kept: await readNumber(beamline.ring("CurrentQty_RBV")),
      port: await readText(beamline.ring("PortName_RBV")),
    }),
    ({ wanted, kept, port }) => when(wanted > 0 && kept > 0 && !ending$.value, store(kept, port)),
  );
};

/**
 * Captures StreamNumCapture projections, then those that the circular buffer kept from before, and completes both files.
 * `stop$` ends the capture early, with what there is.
 */
export function capture(context: ScanContext, stop$: Observable<unknown>): Step {
  const { beamline } = context;
  const captured: Captured = { file: "", projections: 0, preCounted: 0, paths: [] };
  const finish = after(
    () => Promise.resolve(captured.paths),
    (paths) => sequence(...paths.map((path) => finishFile(context, path))),
  );
  const report = perform(() => {
    beamline.own("StreamFileName").write(captured.file);
    beamline.own("StreamNumTotalCaptured").write(captured.projections + captured.preCounted);
  });
  return sequence(
    captureProjections(context, captured, stop$),
    captureRing(context, captured),
    finish,
    report,
  );
}

/** How every capture ends, whatever happened in it. */
export const releaseRing = ({ beamline }: ScanContext): Step => put(beamline.ring("EnableCallbacks"), 1);
