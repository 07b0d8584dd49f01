import type { NDArrayInfo } from "./ndArray.js";

/** NDColorMode_t of areaDetector: the value of ColorMode_RBV and of the ColorMode attribute. */
export const NDColorMode = {
  Mono: 0,
  Bayer: 1,
  RGB1: 2,
  RGB2: 3,
  RGB3: 4,
  YUV444: 5,
  YUV422: 6,
  YUV421: 7,
} as const;

/** Which dimension of an image is which. */
export interface ImageLayout {
  readonly x: number;
  readonly y: number;
  readonly color: number;
}

const MONO: ImageLayout = { x: 0, y: 1, color: 2 };

const COLOR_LAYOUTS: Readonly<Record<number, ImageLayout>> = {
  [NDColorMode.RGB1]: { color: 0, x: 1, y: 2 },
  [NDColorMode.RGB2]: { x: 0, color: 1, y: 2 },
};

/** An attribute as a number; undefined when the frame has none of that name. */
export function numericAttribute(info: Pick<NDArrayInfo, "attributes">, name: string): number | undefined {
  const found = info.attributes.find((candidate) => candidate.name === name);
  return found === undefined ? undefined : Number(found.value);
}

export const colorModeOf = (info: Pick<NDArrayInfo, "attributes">): number =>
  numericAttribute(info, "ColorMode") || NDColorMode.Mono;

/** Colors interleave with pixels or with rows only in images of three dimensions. */
export const layoutOf = (info: NDArrayInfo): ImageLayout =>
  (info.dimensions.length === 3 ? COLOR_LAYOUTS[colorModeOf(info)] : undefined) ?? MONO;
