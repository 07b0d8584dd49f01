import { map, merge, type Observable } from "rxjs";
import { toNumber } from "../../channel/number.js";
import type { Pv, PvDirectory } from "../../records/pv.js";
import { FILTER_TYPES } from "../pipeline/filters.js";
import type { ProjectionSize } from "../pipeline/preprocess.js";
import { RING_REMOVALS } from "../pipeline/stripes/ringRemoval.js";
import { defaultParameters, type ReconParameters, SLICE_UNITS } from "../solver/parameters.js";

/** Records of tomoStream.template, and SliceUnits of ours, that the server reads or writes, without $(P)$(R). */
const openAll = (open: (name: string) => Pv) => ({
  TomoScanPVPrefix: open("TomoScanPVPrefix"),
  ImagePVAPName: open("ImagePVAPName"),
  DarkPVAName: open("DarkPVAName"),
  FlatPVAName: open("FlatPVAName"),
  ThetaPVAName: open("ThetaPVAName"),
  ReconPVAName: open("ReconPVAName"),
  BufferSize: open("BufferSize"),
  Center: open("Center"),
  FilterType: open("FilterType"),
  Dezinger: open("Dezinger"),
  RingRemoval: open("RingRemoval"),
  OrthoX: open("OrthoX"),
  OrthoY: open("OrthoY"),
  OrthoZ: open("OrthoZ"),
  RotX: open("RotX"),
  RotY: open("RotY"),
  RotZ: open("RotZ"),
  Energy: open("Energy"),
  Distance: open("Distance"),
  Alpha: open("Alpha"),
  PixelSize: open("PixelSize"),
  SliceUnits: open("SliceUnits"),
  ReconStatus: open("ReconStatus"),
  ReconTime: open("ReconTime"),
  Watchdog: open("Watchdog"),
  StartRecon: open("StartRecon"),
  AbortRecon: open("AbortRecon"),
});

export type TomoStreamPvs = ReturnType<typeof openAll>;

type TomoStreamPvName = keyof TomoStreamPvs;

export const openTomoStreamPvs = (pvs: PvDirectory, prefix: string): TomoStreamPvs =>
  openAll((name) => pvs.pv(prefix + name));

/** What an operator turns while slices are shown; a change of any gives new parameters. */
const PARAMETER_NAMES = [
  "Center",
  "FilterType",
  "Dezinger",
  "RingRemoval",
  "OrthoX",
  "OrthoY",
  "OrthoZ",
  "RotX",
  "RotY",
  "RotZ",
  "Energy",
  "Distance",
  "Alpha",
  "PixelSize",
  "SliceUnits",
] as const satisfies readonly TomoStreamPvName[];

/** Dezinger's states None, Radius 2, Radius 3, Radius 4 in pixels. */
const DEZINGER_RADII = [0, 2, 3, 4] as const;

/** The present parameters; those whose PV is not connected (yet) have their default. */
export function parametersNow(pvs: TomoStreamPvs, size: ProjectionSize): ReconParameters {
  const defaults = defaultParameters(size);
  const value = (name: TomoStreamPvName, otherwise: number): number => {
    const number = toNumber(pvs[name].sample?.value);
    return Number.isFinite(number) ? number : otherwise;
  };
  return {
    center: value("Center", defaults.center),
    orthoX: value("OrthoX", defaults.orthoX),
    orthoY: value("OrthoY", defaults.orthoY),
    orthoZ: value("OrthoZ", defaults.orthoZ),
    rotX: value("RotX", 0),
    rotY: value("RotY", 0),
    rotZ: value("RotZ", 0),
    filter: FILTER_TYPES[value("FilterType", 0)] ?? defaults.filter,
    dezingerRadius: DEZINGER_RADII[value("Dezinger", 0)] ?? 0,
    ringRemoval: RING_REMOVALS[value("RingRemoval", 0)] ?? defaults.ringRemoval,
    energyKeV: value("Energy", defaults.energyKeV),
    distanceMm: value("Distance", defaults.distanceMm),
    alpha: value("Alpha", defaults.alpha),
    pixelSizeUm: value("PixelSize", defaults.pixelSizeUm),
    units: SLICE_UNITS[value("SliceUnits", 0)] ?? defaults.units,
  };
}

/** Emits whenever one of the parameters' PVs does. */
export const parameterChanges$ = (pvs: TomoStreamPvs): Observable<void> =>
  merge(...PARAMETER_NAMES.map((name) => pvs[name].sample$)).pipe(map(() => undefined));
