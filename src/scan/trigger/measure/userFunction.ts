import { pathToFileURL } from "node:url";
import { tsImport } from "tsx/esm/api";
import type { TriggerImage } from "./image.js";
import type { Measure } from "./imageMeasures.js";

/** What a user's module exports as its default: a figure of the image, or whether it shows what to capture. */
export type TriggerFunction = (
  image: TriggerImage,
) => number | boolean | undefined | Promise<number | boolean | undefined>;

const isFunction = (value: unknown): value is TriggerFunction => typeof value === "function";

/** The default export, also where the module was translated to CommonJS. */
function defaultOf(module: unknown): unknown {
  if (typeof module !== "object" || module === null || !("default" in module)) return undefined;
  return isFunction(module.default) ? module.default : defaultOf(module.default);
}

/** Loads a user's TypeScript or JavaScript module. Rejects when it has no function as its default export. */
export async function userFunction(path: string): Promise<Measure> {
  const measure = defaultOf(await tsImport(pathToFileURL(path).href, import.meta.url));
  if (!isFunction(measure)) throw new Error(`${path}: the default export is not a function`);
  return async (image) => {
    const figure = await measure(image);
    if (figure === undefined) return undefined;
    const number = Number(figure);
    if (Number.isNaN(number)) throw new Error(`${path}: returned ${figure}, not a number`);
    return number;
  };
}
