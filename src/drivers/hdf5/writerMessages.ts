import type { NDArrayInfo } from "../ndarray/ndArray.js";
import type { FileOptions } from "./fileWriter.js";
import type { AttributeDefinition, AttributeValue } from "./frameAttributes.js";
import type { FileLayout } from "./layout.js";

/** What the main thread asks of the writer; answered in order, "close" with the file's summary. */
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
