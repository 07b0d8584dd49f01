import type { NDAttributeType } from "../ndarray/ndArray.js";
import { type AttributeStore, attributeDataset, noValue, writeAttributeValues } from "./attributeDataset.js";
import type { FileOptions } from "./fileOptions.js";
import type { SkeletonFile } from "./fileSkeleton.js";
import type { AttributeDefinition, AttributeValue } from "./frameAttributes.js";
import type { H5Dataset } from "./h5.js";
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
  #extent: number;

  constructor(
    skeleton: SkeletonFile,
    path: string,
    definition: AttributeDefinition,
    when: When,
    options: FileOptions,
  ) {
    this.attributeName = definition.name;
    this.when = when;
    this.#type = definition.type;
    const chunk = chunkOf(definition.type, when, options);
    // What is written once has its place from the beginning.
    this.#extent = when === "OnFrame" ? 0 : 1;
    this.#dataset = attributeDataset(skeleton, path, definition, [chunk], [this.#extent]);
  }

  append(value: AttributeValue | undefined): void {
    this.#pending.push(value ?? noValue(this.#type));
  }

  flush(): void {
    const count = this.#pending.length;
    if (count === 0) return;
    const end = this.#written + count;
    if (end > this.#extent && this.#dataset.resize([end]) < 0)
      throw new Error(`cannot extend the dataset of ${this.attributeName}`);
    writeAttributeValues(this.#dataset, [this.#written], this.#type, this.#pending);
    this.#written = end;
    this.#extent = Math.max(end, this.#extent);
    this.#pending = [];
  }
}
