import type { ImageLayout } from "../ndarray/imageLayout.js";
import {
  type BigData,
  isBigData,
  type NDData,
  type NDDimension,
  type PlainData,
} from "../ndarray/ndArray.js";

/** NDPluginTransform's choices in their order: how x and y of the output come from the input. */
export const ORIENTATIONS = [
  "None",
  "Rot90",
  "Rot180",
  "Rot270",
  "Mirror",
  "Rot90Mirror",
  "Rot180Mirror",
  "Rot270Mirror",
] as const;

export type Orientation = (typeof ORIENTATIONS)[number];

/** Whether the axes change places, and which input axis is then read backwards. Rotations are clockwise. */
const MOVES: Readonly<Record<Orientation, { swap: boolean; reverseX: boolean; reverseY: boolean }>> = {
  None: { swap: false, reverseX: false, reverseY: false },
  Rot90: { swap: true, reverseX: false, reverseY: true },
  Rot180: { swap: false, reverseX: true, reverseY: true },
  Rot270: { swap: true, reverseX: true, reverseY: false },
  Mirror: { swap: false, reverseX: true, reverseY: false },
  Rot90Mirror: { swap: true, reverseX: false, reverseY: false },
  Rot180Mirror: { swap: false, reverseX: false, reverseY: true },
  Rot270Mirror: { swap: true, reverseX: true, reverseY: true },
};

/** The axes of an image once it is turned. */
export function orientedDimensions(
  dimensions: readonly NDDimension[],
  { x, y }: ImageLayout,
  orientation: Orientation,
): readonly NDDimension[] {
  if (!MOVES[orientation].swap) return dimensions;
  return dimensions.map(
    (dimension, index) => dimensions[index === x ? y : index === y ? x : index] ?? dimension,
  );
}

/**
 * Where columns become rows, parts of them of so many pixels are written one after the other: each line of memory that they are read from
 * is used for all columns in it while it is in the cache.
 */
const ROWS_OF_A_TILE = 64;

const strideOf = (dimensions: readonly NDDimension[], axis: number): number =>
  dimensions.slice(0, axis).reduce((product, { size }) => product * size, 1);

/** Pixels one after the other in the input, and where they go. */
interface Line {
  readonly source: number;
  readonly sourceStep: number;
  readonly target: number;
  readonly targetStep: number;
  readonly count: number;
}

function copyLine(
  from: PlainData,
  to: PlainData,
  { source, sourceStep, target, targetStep, count }: Line,
): void {
  for (
    let index = 0, at = source, into = target;
    index < count;
    index++, at += sourceStep, into += targetStep
  )
    to[into] = from[at] ?? 0;
}

function copyBigLine(
  from: BigData,
  to: BigData,
  { source, sourceStep, target, targetStep, count }: Line,
): void {
  for (
    let index = 0, at = source, into = target;
    index < count;
    index++, at += sourceStep, into += targetStep
  )
    to[into] = from[at] ?? 0n;
}

function copier(from: NDData, to: NDData): (line: Line) => void {
  if (isBigData(from) && isBigData(to)) return (line) => copyBigLine(from, to, line);
  if (!isBigData(from) && !isBigData(to)) return (line) => copyLine(from, to, line);
  throw new Error("pixels are turned within one type only");
}

/** What `orientPixels` reads and writes. */
export interface OrientRequest {
  readonly from: NDData;
  readonly dimensions: readonly NDDimension[];
  readonly layout: ImageLayout;
  readonly orientation: Orientation;
  /** Of the oriented dimensions. */
  readonly to: NDData;
}

/** Writes the pixels of an image turned or mirrored. */
export function orientPixels({ from, dimensions, layout, orientation, to }: OrientRequest): void {
  const { swap, reverseX, reverseY } = MOVES[orientation];
  const oriented = orientedDimensions(dimensions, layout, orientation);
  const [sizeX, sizeY, colors] = byAxis(layout, (axis) => dimensions[axis]?.size ?? 1);
  const [fromX, fromY, fromColor] = byAxis(layout, (axis) => strideOf(dimensions, axis));
  const [toX, toY, toColor] = byAxis(layout, (axis) => strideOf(oriented, axis));
  // How far a step along x or y of the input goes in the output.
  const stepX = (swap ? toY : toX) * (reverseX ? -1 : 1);
  const stepY = (swap ? toX : toY) * (reverseY ? -1 : 1);
  const first = (reverseX ? -stepX * (sizeX - 1) : 0) + (reverseY ? -stepY * (sizeY - 1) : 0);
  const [sourceStep, targetStep] = swap ? [fromY, stepY] : [fromX, stepX];
  const [alongX, alongY] = swap ? [1, ROWS_OF_A_TILE] : [sizeX, 1];
  const copy = copier(from, to);
  for (let color = 0; color < colors; color++)
    for (let y = 0; y < sizeY; y += alongY)
      for (let x = 0; x < sizeX; x += alongX)
        copy({
          source: color * fromColor + y * fromY + x * fromX,
          sourceStep,
          target: color * toColor + first + y * stepY + x * stepX,
          targetStep,
          count: swap ? Math.min(ROWS_OF_A_TILE, sizeY - y) : sizeX,
        });
}

/** A number for each of x, y and color. */
const byAxis = ({ x, y, color }: ImageLayout, of: (axis: number) => number) =>
  [of(x), of(y), of(color)] as const;
