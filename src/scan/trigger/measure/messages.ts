import type { NDDataType } from "../../../drivers/ndarray/ndArray.js";
import type { Region } from "./image.js";
import type { ImageMeasureName, MeasureOptions } from "./imageMeasures.js";

/** Which measure a thread takes: one of ours, or a file of the user's. */
export type MeasureSpec =
  | { readonly kind: "built-in"; readonly name: ImageMeasureName }
  | { readonly kind: "function" | "model"; readonly path: string };

export interface MeasureSettings extends MeasureOptions {
  readonly region: Region;
}

/** An image by handle: its pixels stay where they are until the thread has answered. */
export interface ImageMessage {
  readonly uniqueId: number;
  readonly dataType: NDDataType;
  readonly buffer: SharedArrayBuffer;
  readonly width: number;
  readonly height: number;
  readonly settings: MeasureSettings;
}

export interface Measured {
  readonly uniqueId: number;
  /** Undefined while there is nothing to compare the image with. */
  readonly value: number | undefined;
}

export type FromMeasureThread =
  | { readonly kind: "ready" }
  | ({ readonly kind: "measured" } & Measured)
  | { readonly kind: "failed"; readonly message: string };
