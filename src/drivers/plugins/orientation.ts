import { type ImageLayout, layoutOf } from "../ndarray/imageLayout.js";
import { isBigData, type NDArray, type NDData, type NDDimension } from "../ndarray/ndArray.js";

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

/** Writes the pixels of a frame into `out`, which has its oriented dimensions. */
export function orient(frame: NDArray, orientation: Orientation, out: NDData): void {
  const { swap, reverseX, reverseY } = MOVES[orientation];
  const layout: ImageLayout = layoutOf(frame);
  const sizeOf = (axis: number) => frame.dimensions[axis]?.size ?? 1;
  const [sizeX, sizeY, colors] = [sizeOf(layout.x), sizeOf(layout.y), sizeOf(layout.color)];
  const from = (axis: number) => strideOf(frame.dimensions, axis);
  const oriented = orientedDimensions(frame, orientation);
  const to = (axis: number) => strideOf(oriented, axis);
  const copy = copier(frame.data, out);
  for (let color = 0; color < colors; color++)
    for (let y = 0; y < sizeY; y++)
      for (let x = 0; x < sizeX; x++) {
        const column = reverseX ? sizeX - 1 - x : x;
        const row = reverseY ? sizeY - 1 - y : y;
        const [outX, outY] = swap ? [row, column] : [column, row];
        copy(
          color * from(layout.color) + y * from(layout.y) + x * from(layout.x),
          color * to(layout.color) + outY * to(layout.y) + outX * to(layout.x),
        );
      }
}

function copier(from: NDData, to: NDData): (source: number, target: number) => void {
  if (isBigData(from) && isBigData(to))
    return (source, target) => {
      to[target] = from[source] ?? 0n;
    };
  if (!isBigData(from) && !isBigData(to))
    return (source, target) => {
      to[target] = from[source] ?? 0;
    };
  throw new Error("pixels are turned within one type only");
}
