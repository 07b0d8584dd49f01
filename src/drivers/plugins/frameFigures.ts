import type { NDArray } from "../ndarray/ndArray.js";
import { edgeMean } from "./background.js";
import {
  type Centroid,
  emptyProfiles,
  findCentroid,
  noCentroid,
  type Profiles,
  profilesThrough,
} from "./centroid.js";
import { type Histogram, type HistogramRange, histogramOf } from "./histogram.js";
import { type Statistics, statisticsOf } from "./statistics.js";
import { countValues } from "./valueCounts.js";

/** What NDPluginStats wants to know of a frame; what is undefined is not computed. */
export interface FiguresRequest extends Pick<NDArray, "data" | "dimensions"> {
  /** NET is without the mean within so many pixels of an edge. */
  readonly statistics: { readonly backgroundWidth: number } | undefined;
  /** Of pixels at or above the threshold. */
  readonly centroid: { readonly threshold: number } | undefined;
  /** The cursor's column and row. */
  readonly profiles: { readonly x: number; readonly y: number } | undefined;
  readonly histogram: HistogramRange | undefined;
}

export interface FrameFigures {
  readonly statistics: (Statistics & { readonly net: number }) | undefined;
  readonly centroid: Centroid;
  readonly profiles:
    | {
        readonly average: Profiles;
        readonly threshold: Profiles;
        readonly centroid: Profiles;
        readonly cursor: Profiles & { readonly value: number };
      }
    | undefined;
  readonly histogram: Histogram | undefined;
}

/** The first two dimensions; a line is an image of one row. */
export function imageSize({ dimensions }: Pick<NDArray, "dimensions">): readonly [number, number] {
  return [dimensions[0]?.size ?? 0, dimensions.length === 1 ? 1 : (dimensions[1]?.size ?? 0)];
}

/** Centroid and profiles are those of arrays with one or two dimensions; others have none. */
export function measureFrame(request: FiguresRequest): FrameFigures {
  const { data, dimensions, histogram } = request;
  const values = request.statistics || histogram ? countValues(data) : undefined;
  const [sizeX, sizeY] = imageSize(request);
  const isImage = dimensions.length <= 2;
  const none = emptyProfiles(sizeX, sizeY);
  const { centroid, average, threshold } =
    request.centroid !== undefined && isImage
      ? findCentroid(data, sizeX, sizeY, request.centroid.threshold)
      : { centroid: noCentroid, average: none, threshold: none };
  const through = (x: number, y: number) => profilesThrough(data, sizeX, sizeY, { x, y });
  return {
    statistics:
      request.statistics && withNet(request, request.statistics.backgroundWidth, statisticsOf(data, values)),
    centroid,
    profiles:
      request.profiles !== undefined && isImage
        ? {
            average,
            threshold,
            centroid: through(centroid.x + 0.5, centroid.y + 0.5),
            cursor: through(request.profiles.x, request.profiles.y),
          }
        : undefined,
    histogram: histogram && histogramOf(data, histogram, values),
  };
}

/** Together with the total over a background. */
function withNet(
  frame: Pick<NDArray, "data" | "dimensions">,
  backgroundWidth: number,
  statistics: Statistics,
) {
  const background = backgroundWidth > 0 ? edgeMean(frame, backgroundWidth) : 0;
  return { ...statistics, net: statistics.total - background * frame.data.length };
}
