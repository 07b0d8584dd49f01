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

/** How far it is to the next pixel along x and y, and to the next of red, green and blue; 0 where there is only one. */
export interface PixelStrides {
  readonly x: number;
  readonly y: number;
  readonly color: number;
}

/** Where the pixels of an image are. */
export interface ImageGrid {
  readonly sizeX: number;
  readonly sizeY: number;
  readonly strides: PixelStrides;
}

/** Of two dimensions, or of three with red, green and blue as the color mode says; undefined of other arrays. */
export function imageGrid(info: NDArrayInfo): ImageGrid | undefined {
  const { dimensions } = info;
  const layout = layoutOf(info);
  const stride = (axis: number) => dimensions.slice(0, axis).reduce((product, { size }) => product * size, 1);
  const sizeX = dimensions[layout.x]?.size ?? 1;
  const sizeY = dimensions[layout.y]?.size ?? 1;
  if (dimensions.length === 2)
    return { sizeX, sizeY, strides: { x: stride(layout.x), y: stride(layout.y), color: 0 } };
  const mode = colorModeOf(info);
  const hasColors = mode >= NDColorMode.RGB1 && mode <= NDColorMode.RGB3;
  if (dimensions.length !== 3 || !hasColors || dimensions[layout.color]?.size !== 3) return undefined;
  return { sizeX, sizeY, strides: { x: stride(layout.x), y: stride(layout.y), color: stride(layout.color) } };
}
