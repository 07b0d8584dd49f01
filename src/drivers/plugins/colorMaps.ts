/** A value of an 8-bit pixel, and how much of a color it has; between two of them it follows a line. */
type Node = readonly [value: number, part: number];

interface ColorMap {
  readonly red: readonly Node[];
  readonly green: readonly Node[];
  readonly blue: readonly Node[];
  readonly rounded: (part: number) => number;
}

const HIGHEST = 255;

/** areaDetector's Rainbow: black over blue, cyan, green and yellow to red. */
const rainbow: ColorMap = {
  red: [
    [0, 0],
    [127, 0],
    [191, 255],
    [255, 255],
  ],
  green: [
    [0, 0],
    [63, 0],
    [127, 255],
    [191, 255],
    [255, 0],
  ],
  blue: [
    [0, 0],
    [63, 255],
    [127, 255],
    [191, 0],
    [255, 0],
  ],
  rounded: Math.round,
};

/** areaDetector's Iron: black over violet to light orange. */
const iron: ColorMap = {
  red: [
    [0, 0],
    [128, 192],
    [255, 192],
  ],
  green: [
    [0, 0],
    [128, 64],
    [255, 254.5],
  ],
  blue: [
    [0, 0],
    [70, 119],
    [71, 120],
    [72, 120],
    [128, 64],
    [255, 64],
  ],
  rounded: Math.floor,
};

function partAt(nodes: readonly Node[], value: number): number {
  const next = Math.max(
    1,
    nodes.findIndex(([at]) => at >= value),
  );
  const [[x0, y0], [x1, y1]] = [nodes[next - 1] ?? [0, 0], nodes[next] ?? [1, 0]];
  // Multiplied first: a line through whole numbers meets them.
  return y0 + ((y1 - y0) * (value - x0)) / (x1 - x0);
}

/** Red, green and blue of each 8-bit value, one color after the other. The highest value is white, so that saturation shows. */
const tableOf = ({ red, green, blue, rounded }: ColorMap): Uint8Array =>
  Uint8Array.from(
    [red, green, blue].flatMap((nodes) =>
      Array.from({ length: HIGHEST + 1 }, (_, value) =>
        value === HIGHEST ? HIGHEST : rounded(partAt(nodes, value)),
      ),
    ),
  );

/** By the value of FalseColor; 0 is none. */
export const FALSE_COLORS: readonly (Uint8Array | undefined)[] = [undefined, tableOf(rainbow), tableOf(iron)];
