import { Backprojector } from "../../pipeline/backproject.js";
import { onEachPlane, type SliceGeometry } from "../../pipeline/geometry.js";
import type { SliceAccumulator } from "./accumulator.js";

/** Backprojection in this thread, by the reference implementation. */
export function cpuAccumulator(geometry: SliceGeometry): SliceAccumulator {
  const backprojector = new Backprojector(geometry);
  const { sums } = backprojector;
  return {
    begin: (moved, planes) => backprojector.begin(moved, planes),
    add: (filtered, thetaRadians, weight, planes) =>
      backprojector.add(filtered, thetaRadians, weight, planes),
    read: (scales) => onEachPlane((plane) => scaled(sums[plane], scales[plane])),
    close: () => {},
  };
}

function scaled(sum: Float64Array, scale: number): Float32Array {
  const out = new Float32Array(sum.length);
  for (let i = 0; i < sum.length; i++) out[i] = (sum[i] as number) * scale;
  return out;
}
