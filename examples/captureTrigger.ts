// A measure for the capture trigger (docs/capture-trigger.md): caput $(P)$(R)TriggerFile with the path of a file like this.
import type { TriggerImage } from "tomoioc";

/** How much darker the lower half is than the upper: water that rises in the sample. */
export default function waterLevel({ data, width, height }: TriggerImage): number {
  const half = Math.floor(height / 2) * width;
  const mean = (pixels: Float32Array): number =>
    pixels.reduce((sum, pixel) => sum + pixel, 0) / pixels.length;
  return mean(data.subarray(0, half)) - mean(data.subarray(half));
}
