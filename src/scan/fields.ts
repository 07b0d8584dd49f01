import { existsSync } from "node:fs";
import { join } from "node:path";
import { catchError, defer, filter, type Observable, takeUntil } from "rxjs";
import { errorMessage } from "../libcom/errorMessage.js";
import { binImage, cropImage, type Region } from "./broadcast.js";
import type { ScanContext } from "./context.js";
import {
  FIELD_WORDS,
  prepareForFields,
  returnFromFields,
  sendFramesTo,
  showStatus,
} from "./fieldConditions.js";
import { FIELD_DATASETS, type FieldKind, fieldsFileName } from "./fieldKinds.js";
import { fileFolder, fixedName, withFileSettings } from "./fileSettings.js";
import { numberIfThere, readNumber, readText } from "./pvValues.js";
import { record } from "./recording.js";
import { after, always, nothing, perform, put, reach, type Step, sequence, within } from "./steps.js";

/** How many frames the camera has begun and not passed on: none where it does not tell, many on a busy computer. */
async function framesUnderway({ beamline }: ScanContext): Promise<number> {
  const count = (name: string) => numberIfThere(beamline.camera(`${name}FrameCount`), 0);
  const ended = await Promise.all(["Delivered", "Dropped", "Lost"].map(count));
  return Math.max(0, (await count("Started")) - ended.reduce((sum, frames) => sum + frames, 0));
}

/** Two frames later than those it has begun, none is on its way from before. A camera that does not count is not waited for. */
const newFrames = (context: ScanContext): Step => {
  const { beamline, times } = context;
  const counter = beamline.camera("NumImagesCounter_RBV");
  return after(
    async () => (await readNumber(counter)) + (await framesUnderway(context)) + 2,
    (wanted) =>
      reach(counter, (frames) => frames >= wanted).pipe(
        within(times.frames, `${counter.name}: no new frames`),
      ),
  );
};

/** On a busy computer older frames wait in the file plugin's queue: a capture that began now would store those. */
const queuePassed = ({ beamline, times }: ScanContext): Step => {
  const stored = beamline.file("UniqueId_RBV");
  return after(
    () => numberIfThere(beamline.camera("UniqueId_RBV"), Number.NaN),
    (latest) => {
      if (Number.isNaN(latest) || !stored.connected) return nothing;
      const passed = reach(stored, (id) => id >= latest);
      return passed.pipe(within(times.frames, `${stored.name}: frame ${latest} did not reach the plugin`));
    },
  );
};

/** Waits until captured frames are those taken from now on. Nothing is waited for once the scan ends. */
const freshFrames = (context: ScanContext): Step =>
  sequence(newFrames(context), queuePassed(context)).pipe(
    catchError((error) => perform(() => context.log.warn(errorMessage(error)))),
    takeUntil(context.ending$.pipe(filter((ending) => ending))),
  );

/** How many frames of the last file went to another dataset: they were on their way when the destination changed. */
async function misplacedFrames({ beamline, files }: ScanContext, location: string): Promise<number> {
  const path = await readText(beamline.file("FullFileName_RBV"));
  if (!existsSync(path)) return 0;
  const place = await readText(beamline.own(location));
  const { locations } = await files.storedFrames(path);
  return locations.filter((stored) => stored !== place).length;
}

/** Frames that a busy computer still has from before are stored in the first of them. */
const ATTEMPTS = 10;

/** Records fields; when the first frames were still of the other kind, once more, now that those are gone. */
const recordFields = (
  context: ScanContext,
  kind: FieldKind,
  stop$: Observable<unknown>,
  attempt = 1,
): Step => {
  const { count, location } = FIELD_WORDS[kind];
  return sequence(
    after(
      () => readNumber(context.beamline.own(count)),
      (wanted) => record(context, Math.max(1, wanted), stop$),
    ),
    after(
      () => misplacedFrames(context, location),
      (misplaced) => {
        if (misplaced === 0 || attempt === ATTEMPTS || context.ending$.value) return nothing;
        context.log.info(`${misplaced} frames were taken too early, taking fields again`);
        return recordFields(context, kind, stop$, attempt + 1);
      },
    ),
  );
};

/** Takes dark or flat fields while the stream goes on, and broadcasts their mean. `stop$` ends it early. */
export function retakeFields(context: ScanContext, kind: FieldKind, stop$: Observable<unknown>): Step {
  const { beamline } = context;
  const words = FIELD_WORDS[kind];
  const collect = sequence(
    sendFramesTo(context, words.location, words.frameType),
    freshFrames(context),
    recordFields(context, kind, stop$),
  );
  const project = sequence(
    returnFromFields(context, kind),
    sendFramesTo(context, "HDF5ProjectionLocation", "Projection"),
    // The ring keeps projections only: what it stores goes to one file.
    freshFrames(context),
    defer(() => (context.ending$.value ? nothing : showStatus(context, "Collecting projections"))),
    put(beamline.ring("EnableCallbacks"), 1),
  );
  return sequence(
    put(beamline.own("StreamMessage"), words.message),
    showStatus(context, words.status),
    // The frame type changes first: what is reconstructed live must not see the shutter or the sample move.
    put(beamline.own("FrameType"), words.frameType),
    put(beamline.ring("EnableCallbacks"), 0),
    withFileSettings(
      context,
      fixedName(fieldsFileName(kind)),
      always(
        sequence(
          prepareForFields(context, kind).pipe(takeUntil(stop$)),
          defer(() => (context.ending$.value ? nothing : collect)),
        ),
        project,
      ),
    ),
    broadcastFields(context, kind),
  );
}

/** One direction of what the region plugin lets through; all where it tells nothing or is switched off. */
async function readSpan({ beamline }: ScanContext, axis: "X" | "Y"): Promise<[min: number, size: number]> {
  const enabled = await numberIfThere(beamline.roi(`Enable${axis}_RBV`), 0);
  const size = await numberIfThere(beamline.roi(`Size${axis}_RBV`), 0);
  if (enabled === 0 || size <= 0) return [0, Number.POSITIVE_INFINITY];
  return [await numberIfThere(beamline.roi(`Min${axis}_RBV`), 0), size];
}

/** What part of the camera's image the live images show. */
async function liveRegion(context: ScanContext): Promise<Region> {
  const [minX, sizeX] = await readSpan(context, "X");
  const [minY, sizeY] = await readSpan(context, "Y");
  return { minX, minY, sizeX, sizeY };
}

/** Broadcasts the mean of the latest dark or flat fields, cut and binned as the live images are. */
export const broadcastFields = (context: ScanContext, kind: FieldKind): Step =>
  after(
    async () => ({
      path: join(await fileFolder(context), fieldsFileName(kind)),
      binning: await readNumber(context.beamline.own("StreamBinning")),
      region: await liveRegion(context),
    }),
    ({ path, binning, region }) => {
      if (!existsSync(path)) return nothing;
      return perform(async () => {
        const { mean, sizeX, sizeY } = await context.files.mean(path, FIELD_DATASETS[kind]);
        const live = cropImage({ data: mean, width: sizeX, height: sizeY }, region);
        const image = binImage(live, 2 ** binning);
        context.broadcasts.field(kind, image);
      });
    },
  ).pipe(catchError((error) => perform(() => context.log.error(`${kind} fields: ${errorMessage(error)}`))));
