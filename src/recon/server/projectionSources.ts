import { distinctUntilChanged, filter, NEVER, type Observable, switchMap } from "rxjs";
import type { ImageStreams } from "../../drivers/ndarray/arrayPorts.js";
import { images$ } from "../../drivers/ndarray/imageSource.js";
import type { NDArray } from "../../drivers/ndarray/ndArray.js";
import { projectionsOf } from "../../drivers/ndarray/projectionFrames.js";
import { broadcast$, remoteStructures, structure$ } from "../../drivers/ndarray/structureSource.js";
import type { PvaClient, SharedPvProvider } from "../../pva/index.js";
import type { Pv, PvDirectory } from "../../records/pv.js";
import { name$, number$, opened$, text$ } from "../../records/pvStreams.js";
import type { TomoStreamPvs } from "./tomoStreamPvs.js";

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
    name$(record).pipe(switchMap((name) => broadcast$(structure$(name, publish, remote))));
  const scanPv$ = (name: string): Observable<number> =>
    name$(records.TomoScanPVPrefix).pipe(switchMap((prefix) => opened$(pvs, prefix + name, number$)));
  const images = name$(records.ImagePVAPName).pipe(
    switchMap((prefixPv) => opened$(pvs, prefixPv, text$)),
    distinctUntilChanged(),
    switchMap((prefix) => (prefix === "" ? NEVER : images$(`${prefix}Image`, imageStreams, publish, remote))),
  );
  return {
    theta$: broadcastNamedBy(records.ThetaPVAName),
    dark$: broadcastNamedBy(records.DarkPVAName),
    flat$: broadcastNamedBy(records.FlatPVAName),
    firstProjid$: scanPv$("FirstProjid").pipe(filter((id) => Number.isFinite(id))),
    projections$: projectionsOf(images, scanPv$("FrameType")),
  };
}
