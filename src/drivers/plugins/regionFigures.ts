import { isBigData, type NDData, toDoubles } from "../ndarray/ndArray.js";

/** A rectangle within an image, in pixels; a line is an image of one row. */
export interface Region {
  readonly minX: number;
  readonly minY: number;
  readonly sizeX: number;
  readonly sizeY: number;
}

export interface RegionRequest extends Region {
  /** Pixels within so many of an edge of the region are background; 0 for none. */
  readonly backgroundWidth: number;
}

export interface RegionsRequest {
  readonly data: NDData;
  /** Pixels from one row of the image to the next. */
  readonly rowLength: number;
  readonly isLine: boolean;
  readonly regions: readonly RegionRequest[];
}

export interface RegionFigures {
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  readonly total: number;
  /** The total without as much as the background's mean makes of it. */
  readonly net: number;
}

/** What NDPluginROIStat finds in each region, which lies within the image. */
export function measureRegions({ data, rowLength, isLine, regions }: RegionsRequest): RegionFigures[] {
  const numbers = isBigData(data) ? toDoubles(data) : data;
  return regions.map((region) => {
    const { minimum, maximum, total, count } = sumOf(numbers, rowLength, region);
    const edges = region.backgroundWidth > 0 ? edgesOf(region, isLine) : [];
    const background = edges.map((edge) => sumOf(numbers, rowLength, edge));
    const pixels = background.reduce((sum, edge) => sum + edge.count, 0);
    const mean = background.reduce((sum, edge) => sum + edge.total, 0) / Math.max(pixels, 1);
    return { minimum, maximum, mean: total / Math.max(count, 1), total, net: total - mean * count };
  });
}

/** The rows at top and bottom, and what is left of the columns at both sides; edges that overlap count for each. */
function edgesOf(
  { minX, minY, sizeX, sizeY, backgroundWidth }: RegionRequest,
  isLine: boolean,
): readonly Region[] {
  const width = Math.min(backgroundWidth, sizeX);
  const height = isLine ? 0 : Math.min(backgroundWidth, sizeY);
  const rows = { minX, sizeX, sizeY: height };
  const columns = { minY: minY + height, sizeX: width, sizeY: Math.max(0, sizeY - 2 * height) };
  return [
    { ...rows, minY },
    { ...rows, minY: minY + sizeY - height },
    { ...columns, minX },
    { ...columns, minX: minX + sizeX - width },
  ];
}

function sumOf(data: ArrayLike<number>, rowLength: number, { minX, minY, sizeX, sizeY }: Region) {
  let minimum = data[minY * rowLength + minX] ?? 0;
  let maximum = minimum;
  let total = 0;
  for (let row = minY; row < minY + sizeY; row++) {
    const start = row * rowLength + minX;
    for (let index = start; index < start + sizeX; index++) {
      const value = data[index] ?? 0;
      if (value < minimum) minimum = value;
      if (value > maximum) maximum = value;
      total += value;
    }
  }
  return { minimum, maximum, total, count: sizeX * sizeY };
}
