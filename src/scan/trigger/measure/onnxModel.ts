import type { Measure } from "./imageMeasures.js";
import { resample } from "./resample.js";

/** What is used of onnxruntime-node and onnxruntime-web, which are alike. */
interface OnnxRuntime {
  readonly InferenceSession: { create(path: string): Promise<OnnxSession> };
  readonly Tensor: new (type: "float32", data: Float32Array, dimensions: readonly number[]) => unknown;
}

interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly { readonly shape?: readonly (number | string)[] }[];
  run(feeds: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, OnnxOutput>>>;
}

interface OnnxOutput {
  readonly data: ArrayLike<number | bigint>;
}

const isRuntime = (module: unknown): module is OnnxRuntime =>
  typeof module === "object" && module !== null && "InferenceSession" in module && "Tensor" in module;

/** Both are optional: the first is quicker, the second needs no binary of the platform. */
const RUNTIMES = ["onnxruntime-node", "onnxruntime-web"];

async function loadRuntime(): Promise<OnnxRuntime> {
  for (const name of RUNTIMES) {
    const module: unknown = await import(name).catch(() => undefined);
    if (isRuntime(module)) return module;
  }
  throw new Error(`a model needs the package ${RUNTIMES.join(" or ")}: npm install ${RUNTIMES[1]}`);
}

/** A size that the model fixes; undefined where it takes any. */
const fixed = (size: number | string | undefined): number | undefined =>
  typeof size === "number" && size > 0 ? size : undefined;

const meanOf = (data: ArrayLike<number | bigint>): number => {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += Number(data[i]);
  return sum / data.length;
};

/**
 * An ONNX model as a measure: it gets the image as float32 of shape [1, 1, height, width], resampled where the model fixes
 * the size, and the figure is the mean of its first output: a score as it is, a segmentation's map as its foreground fraction.
 */
export async function onnxModel(path: string): Promise<Measure> {
  const { InferenceSession, Tensor } = await loadRuntime();
  const session = await InferenceSession.create(path);
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  if (input === undefined || output === undefined)
    throw new Error(`${path}: the model has no input or no output`);
  const shape = session.inputMetadata[0]?.shape ?? [];
  return async (image) => {
    const height = fixed(shape[2]) ?? image.height;
    const width = fixed(shape[3]) ?? image.width;
    const { data } = resample(image, width, height);
    const results = await session.run({ [input]: new Tensor("float32", data, [1, 1, height, width]) });
    const result = results[output];
    return result === undefined ? undefined : meanOf(result.data);
  };
}
