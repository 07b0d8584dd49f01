import { Backprojector } from "../../pipeline/backproject.js";
import type { SliceGeometry } from "../../pipeline/geometry.js";
import type { SliceAccumulator } from "./accumulator.js";

/** Backprojection in this thread, by the reference implementation. */
export function cpuAccumulator(geometry: SliceGeometry): SliceAccumulator {
  const backprojector = new Backprojector(geometry);
  const { sums } = backprojector;
  return {
    add: (filtered, thetaRadians, weight) => backprojector.add(filtered, thetaRadians, weight),
    read: (scale) => ({ z: scaled(sums.z, scale), y: scaled(sums.y, scale), x: scaled(sums.x, scale) }),
    close: () => {},
  };
}

function scaled(sum: Float64Array, scale: number): Float32Array {
  const out = new Float32Array(sum.length);
  for (let i = 0; i < sum.length; i++) out[i] = (sum[i] as number) * scale;
  return out;
}
