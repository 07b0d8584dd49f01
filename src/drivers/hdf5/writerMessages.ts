import type { NDArrayInfo } from "../ndarray/ndArray.js";
import type { FileOptions } from "./fileOptions.js";
import type { FileSummary } from "./fileWriter.js";
import type { AttributeDefinition, AttributeValue } from "./frameAttributes.js";
import type { FileLayout } from "./layout.js";

/** What the main thread asks of the writer; answered in order. */
export type WriterRequest =
  | {
      readonly kind: "open";
      readonly path: string;
      readonly layout: FileLayout;
      readonly first: NDArrayInfo;
      readonly options: FileOptions;
    }
  | {
      readonly kind: "rehearse";
      readonly layout: FileLayout;
      readonly first: NDArrayInfo;
      readonly options: FileOptions;
    }
  | {
      readonly kind: "write";
      readonly buffer: SharedArrayBuffer;
      readonly values: readonly AttributeValue[];
      /** Of a compressed frame: its codec, and how many bytes it has in the buffer. */
      readonly packed?: { readonly codec: string; readonly bytes: number };
      /** Only where they differ from those of the frame before. */
      readonly definitions?: readonly AttributeDefinition[];
    }
  | { readonly kind: "flush" }
  | { readonly kind: "abandon" }
  | { readonly kind: "close" };

export interface WriterAnswer {
  /** Whether everything up to here can be read by others. */
  readonly flushed: boolean;
  /** Of a file that was closed. */
  readonly summary?: FileSummary;
}
