import { colorModeOf, NDColorMode, numericAttribute, type PixelStrides } from "../ndarray/imageLayout.js";
import {
  infoOf,
  isBigData,
  type NDArrayInfo,
  type NDAttribute,
  type NDData,
  type NDDimension,
  type PlainData,
  storePixels,
  toDoubles,
  wholeAxis,
} from "../ndarray/ndArray.js";
import { FALSE_COLORS } from "./colorMaps.js";

/** How a pixel of the output comes from the input. */
type Conversion =
  | { readonly kind: "copy" }
  | { readonly kind: "mean" }
  | { readonly kind: "map"; readonly colors: Uint8Array }
  /** Where red, green and blue pixels are, an even column and row is red. */
  | { readonly kind: "bayer"; readonly column: number; readonly row: number };

/** A conversion that can be made: the facts of the frame that comes out, and what `convertColors` needs beside pixels. */
export interface ColorPlan {
  readonly info: NDArrayInfo;
  readonly step: Omit<ColorRequest, "from" | "to">;
}

export interface ColorRequest {
  readonly from: NDData;
  readonly to: NDData;
  readonly sizeX: number;
  readonly sizeY: number;
  readonly input: PixelStrides;
  readonly output: PixelStrides;
  readonly conversion: Conversion;
}

/** The color modes that images are converted between, Bayer only from. */
const STRIDES: ReadonlyMap<number, (sizeX: number, sizeY: number) => PixelStrides> = new Map([
  [NDColorMode.Mono, (sizeX: number) => ({ x: 1, y: sizeX, color: 0 })],
  [NDColorMode.Bayer, (sizeX: number) => ({ x: 1, y: sizeX, color: 0 })],
  [NDColorMode.RGB1, (sizeX: number) => ({ x: 3, y: 3 * sizeX, color: 1 })],
  [NDColorMode.RGB2, (sizeX: number) => ({ x: 1, y: 3 * sizeX, color: sizeX })],
  [NDColorMode.RGB3, (sizeX: number, sizeY: number) => ({ x: 1, y: sizeX, color: sizeX * sizeY })],
]);

/** The order of an image's axes, fastest first. */
const AXES: ReadonlyMap<number, readonly (keyof PixelStrides)[]> = new Map([
  [NDColorMode.Mono, ["x", "y"]],
  [NDColorMode.Bayer, ["x", "y"]],
  [NDColorMode.RGB1, ["color", "x", "y"]],
  [NDColorMode.RGB2, ["x", "color", "y"]],
  [NDColorMode.RGB3, ["x", "y", "color"]],
] as const);

const isColor = (mode: number): boolean => mode >= NDColorMode.RGB1;

/** Undefined where NDPluginColorConvert hands on the frame as it is. */
export function planColors(frame: NDArrayInfo, mode: number, falseColor: number): ColorPlan | undefined {
  const inputMode = colorModeOf(frame);
  const inputAxes = AXES.get(inputMode);
  const outputAxes = AXES.get(mode);
  if (inputAxes === undefined || outputAxes === undefined || mode === inputMode || mode === NDColorMode.Bayer)
    return undefined;
  if (inputAxes.length !== frame.dimensions.length) return undefined;
  const axes = new Map(inputAxes.map((axis, index) => [axis, frame.dimensions[index]]));
  const sizeX = axes.get("x")?.size ?? 0;
  const sizeY = axes.get("y")?.size ?? 0;
  const input = STRIDES.get(inputMode)?.(sizeX, sizeY);
  const output = STRIDES.get(mode)?.(sizeX, sizeY);
  const conversion = conversionOf(frame, inputMode, mode, falseColor);
  if (input === undefined || output === undefined || conversion === undefined) return undefined;
  // Where an axis comes or goes, the others begin anew.
  const keepsAxes = inputAxes.length === outputAxes.length;
  const dimension = (axis: keyof PixelStrides): NDDimension => {
    const whole = wholeAxis(axis === "color" ? 3 : axis === "x" ? sizeX : sizeY);
    return keepsAxes ? (axes.get(axis) ?? whole) : whole;
  };
  const attributes = withColorMode(frame.attributes, mode);
  return {
    info: { ...infoOf(frame), dimensions: outputAxes.map(dimension), attributes },
    step: { sizeX, sizeY, input, output, conversion },
  };
}

function conversionOf(
  frame: NDArrayInfo,
  from: number,
  to: number,
  falseColor: number,
): Conversion | undefined {
  if (from === NDColorMode.Bayer) return bayerOf(frame);
  if (isColor(from)) return { kind: isColor(to) ? "copy" : "mean" };
  const is8Bit = frame.dataType === "Int8" || frame.dataType === "UInt8";
  const colors = is8Bit ? FALSE_COLORS[falseColor] : undefined;
  return colors === undefined ? { kind: "copy" } : { kind: "map", colors };
}

/** BayerPattern is RGGB, GBRG, GRBG or BGGR; it begins at the sensor's corner. */
function bayerOf(frame: NDArrayInfo): Conversion {
  const pattern = numericAttribute(frame, "BayerPattern") ?? 0;
  const [x, y] = frame.dimensions;
  return {
    kind: "bayer",
    column: (x?.offset ?? 0) + ((pattern >> 1) & 1),
    row: (y?.offset ?? 0) + (pattern & 1),
  };
}

/** The attributes of an image in another color mode. */
export const withColorMode = (attributes: readonly NDAttribute[], mode: number): readonly NDAttribute[] => [
  ...attributes.filter(({ name }) => name !== "ColorMode"),
  {
    name: "ColorMode",
    description: "Color Mode",
    sourceType: "Driver",
    source: "Driver",
    type: "Int32",
    value: mode,
  },
];

/** Writes an image in another color mode; values are truncated and wrap as the type of `to` does. */
export function convertColors({ from, to, ...step }: ColorRequest): void {
  if (!isBigData(from) && !isBigData(to)) convert(from, to, step);
  else {
    const doubles = new Float64Array(to.length);
    convert(toDoubles(from), doubles, step);
    storePixels(to, doubles);
  }
}

function convert(from: PlainData, to: PlainData, step: ColorPlan["step"]): void {
  const { conversion } = step;
  switch (conversion.kind) {
    case "copy":
      copyColors(from, to, step);
      break;
    case "mean":
      meanColors(from, to, step);
      break;
    case "map":
      mapColors(from, to, step, conversion.colors);
      break;
    case "bayer":
      interpolate(from, to, step, conversion);
  }
}

function copyColors(
  from: PlainData,
  to: PlainData,
  { sizeX, sizeY, input, output }: ColorPlan["step"],
): void {
  for (let y = 0; y < sizeY; y++)
    for (let color = 0; color < 3; color++) {
      let source = y * input.y + color * input.color;
      let target = y * output.y + color * output.color;
      for (let x = 0; x < sizeX; x++, source += input.x, target += output.x) to[target] = from[source] ?? 0;
    }
}

function meanColors(
  from: PlainData,
  to: PlainData,
  { sizeX, sizeY, input, output }: ColorPlan["step"],
): void {
  const { color } = input;
  for (let y = 0; y < sizeY; y++) {
    let source = y * input.y;
    let target = y * output.y;
    for (let x = 0; x < sizeX; x++, source += input.x, target += output.x)
      to[target] = ((from[source] ?? 0) + (from[source + color] ?? 0) + (from[source + 2 * color] ?? 0)) / 3;
  }
}

function mapColors(
  from: PlainData,
  to: PlainData,
  { sizeX, sizeY, input, output }: ColorPlan["step"],
  colors: Uint8Array,
): void {
  for (let y = 0; y < sizeY; y++)
    for (let color = 0; color < 3; color++) {
      const parts = colors.subarray(256 * color, 256 * (color + 1));
      let source = y * input.y;
      let target = y * output.y + color * output.color;
      for (let x = 0; x < sizeX; x++, source += input.x, target += output.x)
        to[target] = parts[(from[source] ?? 0) & 0xff] ?? 0;
    }
}

/**
 * The colors that a pixel does not see are the means of its neighbours that do, in whole numbers; at the edges they are 0, as
 * NDPluginColorConvert has it.
 */
function interpolate(
  from: PlainData,
  to: PlainData,
  { sizeX, sizeY, output }: ColorPlan["step"],
  { column, row }: { readonly column: number; readonly row: number },
): void {
  for (let y = 0; y < sizeY; y++)
    for (let x = 0; x < sizeX; x++) {
      const index = y * sizeX + x;
      const own = (from[index] ?? 0) >>> 0;
      let beside = 0;
      let above = 0;
      let corners = 0;
      if (x > 0 && x < sizeX - 1 && y > 0 && y < sizeY - 1) {
        const [up, down] = [index - sizeX, index + sizeX];
        beside = (from[index - 1] ?? 0) + (from[index + 1] ?? 0);
        above = (from[up] ?? 0) + (from[down] ?? 0);
        corners = (from[up - 1] ?? 0) + (from[up + 1] ?? 0) + (from[down - 1] ?? 0) + (from[down + 1] ?? 0);
      }
      const isOddColumn = ((x + column) & 1) === 1;
      const isGreen = ((x + column + y + row) & 1) === 1;
      const green = isGreen ? own : (beside + above) >>> 2;
      const alongRow = isGreen ? beside >>> 1 : own;
      const other = isGreen ? above >>> 1 : corners >>> 2;
      const isRedAlongRow = isGreen === isOddColumn;
      const red = isRedAlongRow ? alongRow : other;
      const blue = isRedAlongRow ? other : alongRow;
      const target = y * output.y + x * output.x;
      if (output.color === 0) to[target] = (red + green + blue) / 3;
      else {
        to[target] = red;
        to[target + output.color] = green;
        to[target + 2 * output.color] = blue;
      }
    }
}
