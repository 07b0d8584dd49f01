import { combineLatest, distinctUntilChanged, map, type Observable, of, retry, switchMap, tap } from "rxjs";
import { Severity } from "../../channel/alarm.js";
import { toNumber } from "../../channel/number.js";
import type { ImageStreams } from "../../drivers/ndarray/arrayPorts.js";
import { images$ } from "../../drivers/ndarray/imageSource.js";
import type { NDArray } from "../../drivers/ndarray/ndArray.js";
import { projectionsOf } from "../../drivers/ndarray/projectionFrames.js";
import { remoteStructures } from "../../drivers/ndarray/structureSource.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import type { PvaClient, SharedPvProvider } from "../../pva/index.js";
import type { Pv } from "../../records/pv.js";
import { name$, number$, text$ } from "../../records/pvStreams.js";
import { measuredImages$ } from "./measure/measuredImages.js";
import type { MeasureSpec } from "./measure/messages.js";
import {
  measureSettingsNow,
  numberNow,
  TRIGGER_SOURCES,
  type TriggerPvs,
  type TriggerSource,
} from "./triggerPvs.js";

export interface ImageSources {
  /** Frames published by this process, taken without the network. */
  readonly imageStreams: ImageStreams;
  /** Where slices of this process are found. */
  readonly structures: SharedPvProvider;
  /** For frames and slices of other processes. */
  readonly pvaClient?: PvaClient | undefined;
}

/** What the trigger goes by: figures as they come. Those of an expression belong to no image. */
export interface TriggerMeasure {
  readonly value: number;
  readonly uniqueId?: number;
}

type MeasureChoice =
  | { readonly kind: "expression" }
  | { readonly kind: "image"; readonly images: "frames" | "slices"; readonly spec: MeasureSpec };

const IMAGES = ["frames", "slices"] as const;
const RETRY_MS = 1000;

/**
 * The measures of the source that is chosen, a new stream with each choice: what was measured another way must not look like a
 * change. `say` is told why a source gives none; it is tried again.
 */
export const measureStreams$ = (
  pvs: TriggerPvs,
  sources: ImageSources,
  say: (problem: string) => void,
): Observable<Observable<TriggerMeasure>> =>
  combineLatest([number$(pvs.Source), number$(pvs.Images), text$(pvs.File)]).pipe(
    map(([source, images, file]) =>
      choiceOf(TRIGGER_SOURCES[source] ?? "Expression", IMAGES[images] ?? "frames", file.trim()),
    ),
    distinctUntilChanged((a, b) => JSON.stringify(a) === JSON.stringify(b)),
    map((choice) => {
      if (choice.kind === "expression") return expression$(pvs);
      return imageMeasures$(pvs, sources, choice).pipe(
        tap({ error: (error) => say(errorMessage(error)) }),
        retry({ delay: RETRY_MS }),
      );
    }),
  );

function choiceOf(source: TriggerSource, images: "frames" | "slices", path: string): MeasureChoice {
  switch (source) {
    case "Expression":
      return { kind: "expression" };
    case "Function":
    case "Model":
      return { kind: "image", images, spec: { kind: source === "Function" ? "function" : "model", path } };
    default:
      return { kind: "image", images, spec: { kind: "built-in", name: source } };
  }
}

/** The calc record's value; not a number while one of its inputs cannot be read. */
const expression$ = ({ Expression }: TriggerPvs): Observable<TriggerMeasure> =>
  Expression.sample$.pipe(
    map(({ value, severity }) => ({ value: severity === Severity.INVALID ? Number.NaN : toNumber(value) })),
  );

const imageMeasures$ = (
  pvs: TriggerPvs,
  sources: ImageSources,
  { images, spec }: MeasureChoice & { kind: "image" },
): Observable<TriggerMeasure> =>
  measuredImages$(images === "slices" ? slices$(pvs, sources) : frames$(pvs, sources), {
    spec,
    settings: () => measureSettingsNow(pvs),
    periodSeconds: () => numberNow(pvs.Period),
  }).pipe(switchMap(({ uniqueId, value }) => (value === undefined ? [] : of({ uniqueId, value }))));

/** The camera's projections: dark and flat fields would look like a change of the sample. */
const frames$ = (pvs: TriggerPvs, sources: ImageSources): Observable<NDArray> =>
  projectionsOf(named$(pvs.FramePVAName, sources), number$(pvs.FrameType));

const slices$ = (pvs: TriggerPvs, sources: ImageSources): Observable<NDArray> =>
  named$(pvs.SlicePVAName, sources);

const named$ = (name: Pv, { imageStreams, structures, pvaClient }: ImageSources): Observable<NDArray> =>
  name$(name).pipe(
    switchMap((channel) =>
      images$(channel, imageStreams, structures, pvaClient && remoteStructures(pvaClient)),
    ),
  );
