import type { NDArrayInfo } from "../ndarray/ndArray.js";
import type { FileOptions, FileSummary } from "./fileWriter.js";
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
      readonly kind: "write";
      readonly buffer: SharedArrayBuffer;
      readonly values: readonly AttributeValue[];
      /** Only where they differ from those of the frame before. */
      readonly definitions?: readonly AttributeDefinition[];
    }
  | { readonly kind: "flush" }
  | { readonly kind: "close" };

export interface WriterMessage {
  readonly id: number;
  readonly request: WriterRequest;
}

export interface WriterReply {
  readonly id: number;
  readonly error?: string;
  /** Of "close". */
  readonly summary?: FileSummary;
}
