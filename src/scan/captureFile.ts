import h5wasm, { type Dataset, type File } from "h5wasm/node";
import { type ThetaRule, thetaAt, thetaIndex } from "./theta.js";

/** Images of the sample's surroundings that a Data Exchange file carries beside its projections. */
export type FieldKind = "dark" | "flat";

export const FIELD_DATASETS: Readonly<Record<FieldKind, string>> = {
  dark: "exchange/data_dark",
  flat: "exchange/data_white",
};

const THETA = "exchange/theta";
const UNIQUE_IDS = "defaults/NDArrayUniqueId";

export interface MeanImage {
  /** Row by row. */
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

export interface CaptureToFinish {
  readonly path: string;
  readonly theta: ThetaRule;
  readonly firstProjid: number;
  /** Files of dark and flat fields to put into it; one that does not exist is left out. */
  readonly fields: Readonly<Partial<Record<FieldKind, string>>>;
}

function withFile<T>(path: string, mode: "r" | "a", use: (file: File) => T): T {
  const file = new h5wasm.File(path, mode);
  try {
    return use(file);
  } finally {
    file.close();
  }
}

function datasetOf(file: File, name: string): Dataset | undefined {
  const entity = file.get(name);
  return entity instanceof h5wasm.Dataset ? entity : undefined;
}

function required(file: File, path: string, name: string): Dataset {
  const dataset = datasetOf(file, name);
  if (dataset === undefined) throw new Error(`${path}: there is no ${name}`);
  return dataset;
}

const wholeFrame = (index: number, height: number, width: number): [number, number][] => [
  [index, index + 1],
  [0, height],
  [0, width],
];

function frameShape(dataset: Dataset, place: string): [count: number, height: number, width: number] {
  const [count, height, width, ...more] = dataset.shape ?? [];
  if (count === undefined || height === undefined || width === undefined || more.length > 0)
    throw new Error(`${place}: no stack of images`);
  return [count, height, width];
}

const isNumbers = (values: unknown): values is ArrayLike<number | bigint> =>
  ArrayBuffer.isView(values) && "length" in values;

const numbersOf = (values: unknown): ArrayLike<number | bigint> => (isNumbers(values) ? values : []);

/** Writes the angle of every stored frame, in degrees, by the ids that were stored with them. */
function writeTheta(file: File, { path, theta, firstProjid }: CaptureToFinish): number {
  const ids = numbersOf(required(file, path, UNIQUE_IDS).value);
  const angles = Float32Array.from({ length: ids.length }, (_, index) =>
    thetaAt(theta, thetaIndex(Number(ids[index]), firstProjid)),
  );
  const existing = datasetOf(file, THETA);
  if (existing === undefined) {
    const shape = [angles.length];
    file.create_dataset({ name: THETA, data: angles, shape, dtype: "<f", maxshape: [null], chunks: [1024] });
  } else {
    existing.resize([angles.length]);
    existing.write_slice([[0, angles.length]], angles);
  }
  return angles.length;
}

/** Replaces the stack of dark or flat fields, image by image: whole stacks can be larger than memory allows. */
function copyFields(target: File, targetPath: string, kind: FieldKind, source: string): void {
  const name = FIELD_DATASETS[kind];
  withFile(source, "r", (from) => {
    const images = required(from, source, name);
    const [count, height, width] = frameShape(images, `${source}: ${name}`);
    const existing = datasetOf(target, name);
    if (existing === undefined) {
      const data = images.value;
      if (data === null || !ArrayBuffer.isView(data)) throw new Error(`${source}: ${name} cannot be read`);
      target.create_dataset({ name, data, shape: [count, height, width], dtype: images.dtype });
      return;
    }
    const [, ownHeight, ownWidth] = frameShape(existing, `${targetPath}: ${name}`);
    if (ownHeight !== height || ownWidth !== width)
      throw new Error(
        `${source}: the images are ${width} x ${height}, the projections ${ownWidth} x ${ownHeight}`,
      );
    existing.resize([count, height, width]);
    for (let index = 0; index < count; index++) {
      const slice = wholeFrame(index, height, width);
      existing.write_slice(slice, images.slice(slice));
    }
  });
}

/** Makes a captured file a complete Data Exchange file; returns how many angles it has. */
export function finishCapture(capture: CaptureToFinish): number {
  return withFile(capture.path, "a", (file) => {
    const count = writeTheta(file, capture);
    for (const kind of ["dark", "flat"] as const) {
      const source = capture.fields[kind];
      if (source !== undefined) copyFields(file, capture.path, kind, source);
    }
    return count;
  });
}

/** The mean of a stack of dark or flat fields. */
export function meanOfFields(path: string, kind: FieldKind): MeanImage {
  return withFile(path, "r", (file) => {
    const name = FIELD_DATASETS[kind];
    const images = required(file, path, name);
    const [count, height, width] = frameShape(images, `${path}: ${name}`);
    const sum = new Float64Array(width * height);
    for (let index = 0; index < count; index++) {
      const image = numbersOf(images.slice(wholeFrame(index, height, width)));
      for (let pixel = 0; pixel < sum.length; pixel++)
        sum[pixel] = (sum[pixel] ?? 0) + Number(image[pixel] ?? 0);
    }
    return { data: Float32Array.from(sum, (value) => value / Math.max(1, count)), width, height };
  });
}
