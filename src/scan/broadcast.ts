import { pvInt, SharedPV, type SharedPvProvider, scalarArray, structure } from "../pva/index.js";
import type { FieldKind } from "./fieldKinds.js";
import { broadcastTheta, type ThetaRule } from "./theta.js";

/** The mean of dark or flat fields, row by row. */
export interface MeanImage {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

const IMAGE_TYPE = structure("structure", { value: scalarArray("float"), sizex: pvInt, sizey: pvInt });
const THETA_TYPE = structure("structure", { value: scalarArray("float"), sizex: pvInt });

/** Averages blocks of `factor` x `factor` pixels; what is left at the right and lower edge is dropped, as the ROI plugin does. */
export function binImage({ data, width, height }: MeanImage, factor: number): MeanImage {
  if (factor <= 1) return { data, width, height };
  const columns = Math.floor(width / factor);
  const rows = Math.floor(height / factor);
  const binned = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let y = 0; y < factor; y++)
        for (let x = 0; x < factor; x++) sum += data[(row * factor + y) * width + column * factor + x] ?? 0;
      binned[row * columns + column] = sum / (factor * factor);
    }
  return { data: binned, width: columns, height: rows };
}

/** A part of an image, in pixels. */
export interface Region {
  readonly minX: number;
  readonly minY: number;
  readonly sizeX: number;
  readonly sizeY: number;
}

/** The part of an image that the region plugin cuts out of the camera's; what of it lies outside is left out. */
export function cropImage(
  { data, width, height }: MeanImage,
  { minX, minY, sizeX, sizeY }: Region,
): MeanImage {
  const left = Math.min(Math.max(0, minX), width);
  const top = Math.min(Math.max(0, minY), height);
  const columns = Math.min(sizeX, width - left);
  const rows = Math.min(sizeY, height - top);
  if (columns === width && rows === height) return { data, width, height };
  const cropped = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const start = (top + row) * width + left;
    cropped.set(data.subarray(start, start + columns), row * columns);
  }
  return { data: cropped, width: columns, height: rows };
}

/** What the scan server broadcasts to the reconstruction, one atomic update each. */
export interface Broadcasts {
  field(kind: FieldKind, image: MeanImage): void;
  theta(rule: ThetaRule): void;
  close(): void;
}

/** For scans that nobody reconstructs live. */
export const NO_BROADCASTS: Broadcasts = { field() {}, theta() {}, close() {} };

/** Serves StreamDarkFields, StreamFlatFields and StreamTheta under `prefix`. */
export function openBroadcasts(structures: SharedPvProvider, prefix: string): Broadcasts {
  const fields = { dark: new SharedPV(IMAGE_TYPE), flat: new SharedPV(IMAGE_TYPE) };
  const theta = new SharedPV(THETA_TYPE);
  const served: [string, SharedPV][] = [
    [`${prefix}StreamDarkFields`, fields.dark],
    [`${prefix}StreamFlatFields`, fields.flat],
    [`${prefix}StreamTheta`, theta],
  ];
  for (const [name, pv] of served) structures.add(name, pv);
  return {
    field: (kind, { data, width, height }) => fields[kind].post({ value: data, sizex: width, sizey: height }),
    theta: (rule) => {
      const value = broadcastTheta(rule);
      theta.post({ value, sizex: value.length });
    },
    close: () => {
      for (const [name] of served) structures.remove(name);
    },
  };
}
