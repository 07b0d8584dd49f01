import type { NDAttributeType } from "../ndarray/ndArray.js";
import { type AttributeStore, attributeDataset, noValue, writeAttributeValues } from "./attributeDataset.js";
import type { SkeletonFile } from "./fileSkeleton.js";
import type { AttributeDefinition, AttributeValue } from "./frameAttributes.js";
import { FrameGrid } from "./frameGrid.js";
import type { H5Dataset } from "./h5.js";
import type { When } from "./layout.js";

/**
 * One NDAttribute's values arranged along dimensions of the frames: all of them, or the single one that the attribute is the
 * index of.
 */
export class AttributeGrid implements AttributeStore {
  readonly attributeName: string;
  readonly when: When;
  readonly #type: NDAttributeType;
  readonly #dataset: H5Dataset;
  readonly #axes: readonly number[];
  readonly #grid: FrameGrid;
  #pending: { readonly place: readonly number[]; readonly value: AttributeValue }[] = [];

  /** `axes` are the dimensions of the frames that the dataset has, `chunks` the sizes of its chunks along them. */
  constructor(
    skeleton: SkeletonFile,
    path: string,
    definition: AttributeDefinition,
    when: When,
    axes: readonly number[],
    chunks: readonly number[],
  ) {
    this.attributeName = definition.name;
    this.when = when;
    this.#type = definition.type;
    this.#axes = axes;
    this.#grid = new FrameGrid(axes.map(() => 0));
    this.#dataset = attributeDataset(skeleton, path, definition, chunks, this.#grid.extent);
  }

  append(value: AttributeValue | undefined, offset: readonly number[]): void {
    const place = this.#axes.map((axis) => offset[axis] ?? 0);
    this.#pending.push({ place, value: value ?? noValue(this.#type) });
  }

  flush(): void {
    let grew = false;
    for (const { place } of this.#pending) grew = this.#grid.grow(place) || grew;
    if (grew && this.#dataset.resize([...this.#grid.extent]) < 0)
      throw new Error(`cannot extend the dataset of ${this.attributeName}`);
    for (const { place, value } of this.#pending)
      writeAttributeValues(this.#dataset, place, this.#type, [value]);
    this.#pending = [];
  }
}
