import type { NDArray } from "../ndarray/ndArray.js";

type Pixels = Pick<NDArray, "data" | "dimensions">;

interface Sum {
  readonly total: number;
  readonly count: number;
}

/** The elements whose index along one dimension is from `first` to before `end`. */
function slab({ data, dimensions }: Pixels, dimension: number, first: number, end: number): Sum {
  const size = dimensions[dimension]?.size ?? 1;
  const stride = dimensions.slice(0, dimension).reduce((product, inner) => product * inner.size, 1);
  let total = 0;
  let count = 0;
  for (let block = 0; block < data.length; block += stride * size)
    for (let index = block + first * stride; index < block + end * stride; index++) {
      total += Number(data[index] ?? 0);
      count += 1;
    }
  return { total, count };
}

/**
 * The mean of the pixels within `width` of an edge, as NDPluginStats has it: each pair of edges is summed by itself, so corners count
 * once for each.
 */
export function edgeMean(frame: Pixels, width: number): number {
  const edges = frame.dimensions.flatMap(({ size }, dimension) => [
    slab(frame, dimension, 0, Math.min(width, size)),
    slab(frame, dimension, Math.max(0, size - width), size),
  ]);
  const count = edges.reduce((sum, edge) => sum + edge.count, 0);
  return edges.reduce((sum, edge) => sum + edge.total, 0) / Math.max(count, 1);
}
