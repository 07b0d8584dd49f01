import h5wasm from "h5wasm/node";
import { staticPhantom } from "../../../src/drivers/camera/phantom.js";
import { project } from "./projection.js";

export interface ScanShape {
  readonly width: number;
  readonly height: number;
  readonly center: number;
  readonly degrees: readonly number[];
  /** Gain of a detector column that the flat field does not know. */
  readonly gain?: (column: number) => number;
  /** Groups and datasets to leave out. */
  readonly without?: readonly string[];
}

const DARK = 100;
const BEAM = 40_000;

/** A captured file of the phantom, 16-bit counts, and the counts themselves. */
export async function writeScanFile(path: string, shape: ScanShape): Promise<Uint16Array> {
  await h5wasm.ready;
  const { width, height, degrees, gain = () => 1, without = [] } = shape;
  const pixels = width * height;
  const counts = new Uint16Array(degrees.length * pixels);
  degrees.forEach((theta, view) => {
    project(staticPhantom(width), shape, theta).forEach((p, i) => {
      counts[view * pixels + i] = Math.round(DARK + BEAM * gain(i % width) * Math.exp(-p));
    });
  });
  const file = new h5wasm.File(path, "w");
  file.create_group("exchange");
  const add = (name: string, data: Uint16Array | Float64Array, size: number[], dtype: string): void => {
    if (!without.includes(name)) file.create_dataset({ name: `exchange/${name}`, data, shape: size, dtype });
  };
  add("data", counts, [degrees.length, height, width], "<H");
  add("data_dark", new Uint16Array(2 * pixels).fill(DARK), [2, height, width], "<H");
  add("data_white", new Uint16Array(3 * pixels).fill(DARK + BEAM), [3, height, width], "<H");
  add("theta", Float64Array.from(degrees), [degrees.length], "<d");
  file.close();
  return counts;
}

/** The dataset of a volume. */
export async function readVolume(
  path: string,
): Promise<{ shape: number[]; data: Float32Array; units: string }> {
  await h5wasm.ready;
  const file = new h5wasm.File(path, "r");
  const dataset = file.get("exchange/data");
  if (!(dataset instanceof h5wasm.Dataset) || !(dataset.value instanceof Float32Array))
    throw new Error(`${path} holds no volume`);
  const out = {
    shape: dataset.shape ?? [],
    data: dataset.value.slice(),
    units: String(dataset.attrs["units"]?.value),
  };
  file.close();
  return out;
}
