import { FILTER_TYPES, type FilterType } from "../pipeline/filters.js";
import { clampedGeometry, type SliceGeometry } from "../pipeline/geometry.js";
import type { PreprocessParameters, ProjectionSize } from "../pipeline/preprocess.js";
import { RING_REMOVALS, type RingRemoval } from "../pipeline/stripes/ringRemoval.js";

/** Everything an operator can turn, in the units of the PVs. */
export interface ReconParameters extends Omit<SliceGeometry, "width" | "height"> {
  readonly filter: FilterType;
  readonly dezingerRadius: number;
  readonly ringRemoval: RingRemoval;
  readonly energyKeV: number;
  readonly distanceMm: number;
  readonly alpha: number;
  readonly pixelSizeUm: number;
  /** What slices are wanted in; see `unitsOf`. */
  readonly units: SliceUnits;
}

/** States of the record SliceUnits in their order. */
export const SLICE_UNITS = ["1/pixel", "1/cm"] as const;

export type SliceUnits = (typeof SLICE_UNITS)[number];

/** What slices are in: 1/cm where it is wanted and known how large a pixel is. */
export const unitsOf = ({ units, pixelSizeUm }: ReconParameters): SliceUnits =>
  units === "1/cm" && pixelSizeUm > 0 ? "1/cm" : "1/pixel";

const MICROMETRES_PER_CM = 1e4;

/** What a value in 1/pixel is in the units of the slices. */
export const ofPerPixel = (parameters: ReconParameters): number =>
  unitsOf(parameters) === "1/cm" ? MICROMETRES_PER_CM / parameters.pixelSizeUm : 1;

/** The middle of the volume, no options. */
export const defaultParameters = (size: ProjectionSize): ReconParameters => ({
  center: size.width / 2,
  orthoX: Math.floor(size.width / 2),
  orthoY: Math.floor(size.width / 2),
  orthoZ: Math.floor(size.height / 2),
  rotX: 0,
  rotY: 0,
  rotZ: 0,
  filter: FILTER_TYPES[0],
  dezingerRadius: 0,
  ringRemoval: RING_REMOVALS[0],
  energyKeV: 20,
  distanceMm: 0,
  alpha: 0,
  pixelSizeUm: 1,
  units: "1/pixel",
});

export const geometryOf = (size: ProjectionSize, parameters: ReconParameters): SliceGeometry =>
  clampedGeometry({
    width: size.width,
    height: size.height,
    center: parameters.center,
    orthoX: Math.round(parameters.orthoX),
    orthoY: Math.round(parameters.orthoY),
    orthoZ: Math.round(parameters.orthoZ),
    rotX: parameters.rotX,
    rotY: parameters.rotY,
    rotZ: parameters.rotZ,
  });

export function preprocessOf(parameters: ReconParameters): PreprocessParameters {
  const { filter, dezingerRadius, energyKeV, distanceMm, alpha, pixelSizeUm } = parameters;
  const retrievesPhase = alpha > 0 && energyKeV > 0 && pixelSizeUm > 0;
  return {
    filter,
    dezingerRadius,
    ...(retrievesPhase ? { phase: { energyKeV, distanceMm, alpha, pixelSizeUm } } : {}),
  };
}

/** Whether a change of parameters makes other line integrals of the counts. */
export const needPreprocessing = (before: ReconParameters, after: ReconParameters): boolean =>
  before.ringRemoval !== after.ringRemoval ||
  JSON.stringify(preprocessOf(before)) !== JSON.stringify(preprocessOf(after));
