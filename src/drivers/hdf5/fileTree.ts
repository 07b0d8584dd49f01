import { hostname } from "node:os";
import { bytesPerElement, elementsOf, type NDArrayInfo } from "../ndarray/ndArray.js";
import { AttributeColumn } from "./attributeColumn.js";
import type { AttributeStore } from "./attributeDataset.js";
import { AttributeGrid } from "./attributeGrid.js";
import { DetectorDataset } from "./detectorDataset.js";
import { allocatesEarly, type FileOptions } from "./fileOptions.js";
import type { SkeletonFile } from "./fileSkeleton.js";
import { type AttributeDefinition, definitionsOf } from "./frameAttributes.js";
import { writeConstantAttribute, writeConstantDataset } from "./h5.js";
import { describeHdf5Error } from "./hdf5Error.js";
import { childPath, type FileLayout, type LayoutAttribute, type When } from "./layout.js";
import { PerformanceTable } from "./performanceTable.js";

/** Elements of an attribute's chunk along each dimension where the dimension does not tell. */
const UNKNOWN_CHUNK = 32;

/** For what a file can be without. */
export function attempt(warnings: string[], what: string, work: () => unknown): void {
  try {
    work();
  } catch (error) {
    warnings.push(`cannot ${what}: ${describeHdf5Error(error)}`);
  }
}

/** What a layout makes of a file before it has a value. */
export class FileTree {
  /** Where frames go, by their paths. */
  readonly datasets = new Map<string, DetectorDataset>();
  readonly stores: AttributeStore[] = [];
  performance: PerformanceTable | undefined;
  /** What could not be done. */
  readonly warnings: string[] = [];
  readonly #skeleton: SkeletonFile;
  readonly #layout: FileLayout;
  readonly #options: FileOptions;
  /** The last of one name counts. */
  readonly #definitions: ReadonlyMap<string, AttributeDefinition>;

  constructor(skeleton: SkeletonFile, layout: FileLayout, first: NDArrayInfo, options: FileOptions) {
    this.#skeleton = skeleton;
    this.#layout = layout;
    this.#options = options;
    this.#definitions = new Map(definitionsOf(first).map((definition) => [definition.name, definition]));
    this.#createTree(first);
    if (options.storeAttributes) this.#createStores();
    if (options.storePerformance)
      this.#createPerformanceTable(elementsOf(first) * bytesPerElement(first.dataType));
    this.#createLinks();
    if (skeleton.isDraft) for (const dataset of this.datasets.values()) dataset.leaveRoom(options);
  }

  #createTree(first: NDArrayInfo): void {
    const skeleton = this.#skeleton;
    const { file } = skeleton;
    for (const group of this.#layout.groups) {
      skeleton.make(group.path, () => file.create_group(group.path.slice(1)));
      if (this.#options.storeAttributes) this.#writeConstantAttributes(group.path, group.attributes);
    }
    for (const { path, source, attributes } of this.#layout.datasets) {
      if (source.kind === "ndattribute") continue;
      if (source.kind === "constant")
        this.#attempt(`write ${path}`, () =>
          skeleton.make(path, () => writeConstantDataset(file, path, source.type, source.value)),
        );
      else this.#createDataset(path, first);
      this.#writeConstantAttributes(path, attributes);
    }
  }

  #createDataset(path: string, first: NDArrayInfo): void {
    const options = this.#options;
    const early = path === this.#layout.defaultDataset && allocatesEarly(first, options);
    this.datasets.set(path, new DetectorDataset(this.#skeleton, path, first, options, early));
  }

  #createPerformanceTable(frameBytes: number): void {
    const path = this.#layout.performanceDataset;
    if (path === undefined) return;
    this.#attempt(`store the times of writing as ${path}`, () => {
      this.performance = new PerformanceTable(this.#skeleton, path, frameBytes, this.#options.expectedFrames);
    });
  }

  #createLinks(): void {
    for (const { path, target } of this.#layout.hardLinks)
      this.#attempt(`link ${path} to ${target}`, () =>
        this.#skeleton.make(path, () => {
          if (this.#skeleton.file.create_hard_link(target, path.slice(1)) !== 0)
            throw new Error("no such target");
        }),
      );
  }

  #attempt(what: string, work: () => unknown): void {
    attempt(this.warnings, what, work);
  }

  #writeConstantAttributes(path: string, attributes: readonly LayoutAttribute[]): void {
    for (const { name, source } of attributes)
      if (source.kind === "constant")
        this.#attempt(`write attribute ${name} of ${path}`, () =>
          this.#skeleton.make(`${path}@${name}`, () =>
            writeConstantAttribute(this.#skeleton.file, path, name, source.type, source.value),
          ),
        );
  }

  /** Datasets exist for the attributes that the first frame carries, wherever the layout places them. */
  #createStores(): void {
    const fallback = this.#layout.defaultAttributeGroup;
    const placed = this.#layout.datasets.flatMap(({ path, attributes, source }) =>
      source.kind === "ndattribute" ? [{ path, attributes, ...source }] : [],
    );
    for (const [name, definition] of this.#definitions) {
      const places = placed.filter(({ attribute }) => attribute === name);
      for (const { path, when, attributes } of places) {
        this.#createStore(path, definition, when);
        this.#writeConstantAttributes(path, attributes);
      }
      if (places.length === 0 && fallback !== undefined)
        this.#createStore(childPath(fallback, name), definition, "OnFrame");
    }
    if (fallback !== undefined && fallback !== "/")
      this.#skeleton.make(`${fallback}@hostname`, () =>
        writeConstantAttribute(this.#skeleton.file, fallback, "hostname", "string", hostname()),
      );
  }

  #createStore(path: string, definition: AttributeDefinition, when: When): void {
    this.#attempt(`store attribute ${definition.name} as ${path}`, () =>
      this.stores.push(this.#makeStore(path, definition, when)),
    );
  }

  #makeStore(path: string, definition: AttributeDefinition, when: When): AttributeStore {
    const { dimensions, attributesFollowDimensions, attributeChunk, byPosition } = this.#options;
    if (!attributesFollowDimensions || when !== "OnFrame" || dimensions.length === 0)
      return new AttributeColumn(this.#skeleton, path, definition, when, this.#options);
    const indexed = byPosition
      ? dimensions.findIndex(({ indexAttribute }) => indexAttribute === definition.name)
      : -1;
    const axes = indexed >= 0 ? [indexed] : dimensions.map((_, axis) => axis);
    const chunks = axes.map((axis) => attributeChunk || dimensions[axis]?.size || UNKNOWN_CHUNK);
    return new AttributeGrid(this.#skeleton, path, definition, when, axes, chunks);
  }
}
