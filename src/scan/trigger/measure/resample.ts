import type { TriggerImage } from "./image.js";

/** The means of the pixels that fall into each pixel of a `width` x `height` image; of a smaller one, the nearest. */
export function resample(image: TriggerImage, width: number, height: number): TriggerImage {
  if (image.width === width && image.height === height) return image;
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const rows = range(y, height, image.height);
    for (let x = 0; x < width; x++) data[y * width + x] = meanOf(image, range(x, width, image.width), rows);
  }
  return { ...image, data, width, height };
}

type Range = readonly [from: number, to: number];

const range = (index: number, count: number, whole: number): Range => {
  const from = Math.floor((index * whole) / count);
  return [from, Math.max(from + 1, Math.floor(((index + 1) * whole) / count))];
};

function meanOf({ data, width }: TriggerImage, [left, right]: Range, [top, bottom]: Range): number {
  let sum = 0;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += data[y * width + x] ?? 0;
  return sum / ((right - left) * (bottom - top));
}
