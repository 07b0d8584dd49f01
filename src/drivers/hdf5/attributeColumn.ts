import type { NDAttributeType } from "../ndarray/ndArray.js";
import { type AttributeStore, attributeData, createAttributeDataset, noValue } from "./attributeDataset.js";
import type { FileOptions } from "./fileOptions.js";
import type { AttributeDefinition, AttributeValue } from "./frameAttributes.js";
import type { H5Dataset, H5File } from "./h5.js";
import type { When } from "./layout.js";

/** Elements per chunk: everything at once when few frames are expected, without reserving megabytes for strings. */
function chunkOf(type: NDAttributeType, when: When, options: FileOptions): number {
  if (when !== "OnFrame") return 1;
  if (options.attributeChunk > 0) return options.attributeChunk;
  const most = type === "String" ? 64 : 4096;
  return Math.max(1, Math.min(options.expectedFrames || most, most));
}

/** One NDAttribute's values frame after frame, collected and written in blocks. */
export class AttributeColumn implements AttributeStore {
  readonly attributeName: string;
  readonly when: When;
  readonly #type: NDAttributeType;
  readonly #dataset: H5Dataset;
  #pending: AttributeValue[] = [];
  #written = 0;

  constructor(file: H5File, path: string, definition: AttributeDefinition, when: When, options: FileOptions) {
    this.attributeName = definition.name;
    this.when = when;
    this.#type = definition.type;
    this.#dataset = createAttributeDataset(file, path, definition, [chunkOf(definition.type, when, options)]);
  }

  append(value: AttributeValue | undefined): void {
    this.#pending.push(value ?? noValue(this.#type));
  }

  flush(): void {
    const count = this.#pending.length;
    if (count === 0) return;
    const end = this.#written + count;
    if (this.#dataset.resize([end]) < 0)
      throw new Error(`cannot extend the dataset of ${this.attributeName}`);
    this.#dataset.write_slice([[this.#written, end]], attributeData(this.#type, this.#pending));
    this.#written = end;
    this.#pending = [];
  }
}
