import { layoutOf } from "../ndarray/imageLayout.js";
import {
  type BigData,
  isBigData,
  type NDArray,
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

/** The axes of a frame once it is turned. */
export function orientedDimensions(frame: NDArray, orientation: Orientation): readonly NDDimension[] {
  if (!MOVES[orientation].swap) return frame.dimensions;
  const { x, y } = layoutOf(frame);
  return frame.dimensions.map(
    (dimension, index) => frame.dimensions[index === x ? y : index === y ? x : index] ?? dimension,
  );
}

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

/** Writes the pixels of a frame into `out`, which has its oriented dimensions. */
export function orient(frame: NDArray, orientation: Orientation, out: NDData): void {
  const { swap, reverseX, reverseY } = MOVES[orientation];
  const layout = layoutOf(frame);
  const sizeOf = (axis: number) => frame.dimensions[axis]?.size ?? 1;
  const [sizeX, sizeY, colors] = [sizeOf(layout.x), sizeOf(layout.y), sizeOf(layout.color)];
  const from = (axis: number) => strideOf(frame.dimensions, axis);
  const oriented = orientedDimensions(frame, orientation);
  const to = (axis: number) => strideOf(oriented, axis);
  // How far a step along x or y of the input goes in the output.
  const stepX = to(swap ? layout.y : layout.x) * (reverseX ? -1 : 1);
  const stepY = to(swap ? layout.x : layout.y) * (reverseY ? -1 : 1);
  const first = (reverseX ? -stepX * (sizeX - 1) : 0) + (reverseY ? -stepY * (sizeY - 1) : 0);
  const copy = copier(frame.data, out);
  for (let color = 0; color < colors; color++)
    for (let y = 0; y < sizeY; y++)
      copy({
        source: color * from(layout.color) + y * from(layout.y),
        sourceStep: from(layout.x),
        target: color * to(layout.color) + first + y * stepY,
        targetStep: stepX,
        count: sizeX,
      });
}
