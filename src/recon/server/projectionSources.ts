import { distinctUntilChanged, filter, map, NEVER, Observable, switchMap } from "rxjs";
import type { ImageStreams } from "../../drivers/ndarray/arrayPorts.js";
import type { NDArray } from "../../drivers/ndarray/ndArray.js";
import type { PvaClient, SharedPvProvider } from "../../pva/index.js";
import type { Pv, PvDirectory } from "../../records/pv.js";
import { number$, text$ } from "../../records/pvStreams.js";
import { images$ } from "./imageSource.js";
import { broadcast$, remoteStructures, structure$ } from "./structureSource.js";
import type { TomoStreamPvs } from "./tomoStreamPvs.js";

/** FrameType's state of a projection. */
const FRAME_TYPE_PROJECTION = 2;

/** The attribute that says to which dataset a frame goes, and its value for projections. */
const LOCATION_ATTRIBUTE = "HDF5FrameLocation";
const PROJECTION_LOCATION = "/exchange/data";

export interface SourceOptions {
  readonly pvs: PvDirectory;
  /** Images published by this process, taken without the network. */
  readonly imageStreams: ImageStreams;
  /** For images and broadcasts of other processes. */
  readonly pvaClient?: PvaClient | undefined;
  /** Where broadcasts of this process are found. */
  readonly publish: SharedPvProvider;
}

/** What a reconstruction is fed with, wherever the names in tomoStream's records say it comes from. */
export interface ProjectionSources {
  readonly theta$: Observable<Float32Array>;
  readonly dark$: Observable<Float32Array>;
  readonly flat$: Observable<Float32Array>;
  readonly firstProjid$: Observable<number>;
  /** Frames that are projections, valid during the call that delivers them. */
  readonly projections$: Observable<NDArray>;
}

export function projectionSources(records: TomoStreamPvs, options: SourceOptions): ProjectionSources {
  const { pvs, imageStreams, pvaClient, publish } = options;
  const remote = pvaClient && remoteStructures(pvaClient);
  const broadcastNamedBy = (record: Pv): Observable<Float32Array> =>
    named$(record).pipe(switchMap((name) => broadcast$(structure$(name, publish, remote))));
  const scanPv$ = (name: string): Observable<number> =>
    named$(records.TomoScanPVPrefix).pipe(switchMap((prefix) => openedNumber$(pvs, prefix + name)));
  const images = named$(records.ImagePVAPName).pipe(
    switchMap((prefixPv) => openedText$(pvs, prefixPv)),
    distinctUntilChanged(),
    switchMap((prefix) => (prefix === "" ? NEVER : images$(`${prefix}Image`, imageStreams, remote))),
  );
  return {
    theta$: broadcastNamedBy(records.ThetaPVAName),
    dark$: broadcastNamedBy(records.DarkPVAName),
    flat$: broadcastNamedBy(records.FlatPVAName),
    firstProjid$: scanPv$("FirstProjid").pipe(filter((id) => Number.isFinite(id))),
    projections$: projectionsOf(images, scanPv$("FrameType")),
  };
}

/**
 * The projections among the frames: by the location stamped on the frame when it was taken, else, for cameras that
 * stamp none, by what the scan says it is doing now.
 */
const projectionsOf = (images: Observable<NDArray>, frameType$: Observable<number>): Observable<NDArray> =>
  new Observable((subscriber) => {
    let frameType = FRAME_TYPE_PROJECTION;
    const subscription = frameType$.subscribe((type) => {
      frameType = type;
    });
    const frames = images.subscribe({
      next: (frame) => {
        const location = frame.attributes.find(({ name }) => name === LOCATION_ATTRIBUTE)?.value;
        const isProjection =
          location === undefined ? frameType === FRAME_TYPE_PROJECTION : location === PROJECTION_LOCATION;
        if (isProjection) subscriber.next(frame);
      },
      error: (error) => subscriber.error(error),
    });
    subscription.add(frames);
    return subscription;
  });

/** The name that a record holds, and each other one it gets. */
const named$ = (record: Pv): Observable<string> =>
  text$(record).pipe(
    map((name) => name.trim()),
    distinctUntilChanged(),
    switchMap((name) => (name === "" ? NEVER : [name])),
  );

/** A PV opened for as long as somebody listens. */
const opened$ = <T>(pvs: PvDirectory, name: string, values: (pv: Pv) => Observable<T>): Observable<T> =>
  new Observable((subscriber) => {
    const pv = pvs.pv(name);
    const subscription = values(pv).subscribe(subscriber);
    subscription.add(() => pv.close());
    return subscription;
  });

const openedNumber$ = (pvs: PvDirectory, name: string): Observable<number> => opened$(pvs, name, number$);

const openedText$ = (pvs: PvDirectory, name: string): Observable<string> => opened$(pvs, name, text$);
