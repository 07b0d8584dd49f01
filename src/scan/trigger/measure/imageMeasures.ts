import { statisticsOf } from "../../../drivers/plugins/statistics.js";
import type { TriggerImage } from "./image.js";

export interface MeasureOptions {
  /** Pixels above it are foreground. */
  readonly threshold: number;
}

/** One figure of an image; undefined while there is nothing to compare it with. */
export type Measure = (
  image: TriggerImage,
  options: MeasureOptions,
) => number | undefined | Promise<number | undefined>;

function foreground({ data }: TriggerImage, { threshold }: MeasureOptions): number {
  let count = 0;
  for (let i = 0; i < data.length; i++) if ((data[i] ?? 0) > threshold) count += 1;
  return count / data.length;
}

function rootMeanSquareDifference(a: Float32Array, b: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return Math.sqrt(squares / a.length);
}

/** How much an image differs from the one before, as the root of the mean square; anew after a change of size. */
function change(): Measure {
  let before: TriggerImage | undefined;
  return (image) => {
    const isComparable = before?.width === image.width && before.height === image.height;
    const difference =
      before !== undefined && isComparable ? rootMeanSquareDifference(image.data, before.data) : undefined;
    before = image;
    return difference;
  };
}

export type ImageMeasureName = "Mean" | "Sigma" | "Change" | "Foreground";

/** Measures that need no file of the user's, made anew for each use: some remember. */
export const IMAGE_MEASURES: Readonly<Record<ImageMeasureName, () => Measure>> = {
  Mean:
    () =>
    ({ data }) =>
      statisticsOf(data).mean,
  Sigma:
    () =>
    ({ data }) =>
      statisticsOf(data).sigma,
  Change: change,
  Foreground: () => foreground,
};
