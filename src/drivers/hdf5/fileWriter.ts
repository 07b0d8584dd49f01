import { lstatSync, rmSync } from "node:fs";
import { bytesPerElement, type NDArrayInfo, type NDData } from "../ndarray/ndArray.js";
import type { AttributeStore } from "./attributeDataset.js";
import { CrashGuard } from "./crashGuard.js";
import { type DetectorDataset, finishDatasets } from "./detectorDataset.js";
import { editFile } from "./fileEdit.js";
import { type FileOptions, framesAreChunks } from "./fileOptions.js";
import { Skeletons } from "./fileSkeleton.js";
import { attempt, FileTree } from "./fileTree.js";
import { type AttributeDefinition, type AttributeValue, definitionsOf, valuesOf } from "./frameAttributes.js";
import { FrameBypass } from "./frameBypass.js";
import { type H5File, writeAttributeValue } from "./h5.js";
import type { FileLayout, When } from "./layout.js";
import type { PerformanceTable } from "./performanceTable.js";

/** What could not be done but did not stop the writing, and what was written. */
export interface FileSummary {
  readonly frames: number;
  readonly bytes: number;
  readonly warnings: readonly string[];
}

/** An HDF5 attribute that takes its value from an NDAttribute. */
interface ValueAttribute {
  readonly path: string;
  readonly name: string;
  readonly attribute: string;
  readonly when: When;
}

interface StoredValue {
  readonly store: AttributeStore;
  readonly value: AttributeValue | undefined;
}

/** Takes away what stands in a file's place: closing one that was truncated instead waits for the disk on ext4. */
function replaceFile(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === true) rmSync(path);
}

/**
 * One HDF5 file being written frame by frame in the shape of a layout. Everything here blocks on the disk and belongs in a
 * worker. Every method throws an Error when the file system or the HDF5 library refuses.
 */
export class FileWriter {
  readonly #file: H5File;
  readonly #path: string;
  readonly #layout: FileLayout;
  readonly #options: FileOptions;
  readonly #datasets: ReadonlyMap<string, DetectorDataset>;
  readonly #defaultDataset: DetectorDataset;
  readonly #stores: readonly AttributeStore[];
  readonly #performance: PerformanceTable | undefined;
  readonly #bypass: FrameBypass | undefined;
  readonly #warnings: string[];
  readonly #guard: CrashGuard | undefined;
  #indexOf: ReadonlyMap<string, number> = new Map();
  #definitions: readonly AttributeDefinition[] = [];
  #values: readonly AttributeValue[] = [];
  /** False once the library has thrown: it does not come back from that. */
  #isSound = true;
  /** When all frames so far are written or have failed. */
  #settled: Promise<unknown> = Promise.resolve();
  #frames = 0;
  #bytes = 0;

  /** Creates the file with everything that does not depend on later frames. h5wasm must be ready. */
  constructor(
    path: string,
    layout: FileLayout,
    first: NDArrayInfo,
    options: FileOptions,
    skeletons = new Skeletons(),
  ) {
    const { dataType, dimensions } = first;
    const definitions = definitionsOf(first);
    const key = JSON.stringify([layout, dataType, dimensions, definitions, options]);
    this.#path = path;
    this.#layout = layout;
    this.#options = options;
    this.define(definitions);
    const detectors = layout.datasets.filter(({ source }) => source.kind === "detector");
    replaceFile(path);
    const { file, made } = skeletons.open(
      path,
      key,
      (skeleton) => new FileTree(skeleton, layout, first, options),
      (bytes) => finishDatasets(bytes, detectors.length, first, options),
    );
    this.#file = file;
    this.#datasets = made.datasets;
    this.#stores = made.stores;
    this.#performance = made.performance;
    this.#warnings = made.warnings;
    const byDefault = this.#datasets.get(layout.defaultDataset);
    if (byDefault === undefined) throw new Error("the layout has no detector dataset");
    this.#defaultDataset = byDefault;
    this.#file.flush();
    if (options.storeAttributes) {
      this.#saveOnce("OnFileOpen", valuesOf(first));
      this.#writeValueAttributes(this.#file, "OnFileOpen", valuesOf(first));
      this.#file.flush();
    }
    if (!options.swmr) this.#guard = new CrashGuard(path);
    if (framesAreChunks(first, options)) this.#bypass = new FrameBypass(path, bytesPerElement(dataType));
    this.#file.start_swmr_write();
  }

  /** Attributes from here on, when a frame carries others than the frame before; the last of one name counts. */
  define(definitions: readonly AttributeDefinition[]): void {
    this.#definitions = definitions;
    this.#indexOf = new Map(definitions.map(({ name }, index) => [name, index]));
  }

  #valueOf(attribute: string, values: readonly AttributeValue[]): AttributeValue | undefined {
    const index = this.#indexOf.get(attribute);
    return index === undefined ? undefined : values[index];
  }

  /** The dataset a frame goes to: the one its attribute names, else the default one. */
  #datasetOf(values: readonly AttributeValue[]): DetectorDataset {
    const attribute = this.#layout.destinationAttribute;
    const wanted = attribute === undefined ? undefined : this.#valueOf(attribute, values);
    return this.#datasets.get(String(wanted)) ?? this.#defaultDataset;
  }

  #placeOf(dataset: DetectorDataset, values: readonly AttributeValue[]): readonly number[] {
    if (!this.#options.byPosition || dataset !== this.#defaultDataset) return dataset.grid.takeNext();
    const offset = this.#options.dimensions.map(({ positionAttribute }) => {
      const place = this.#valueOf(positionAttribute, values);
      if (place === undefined)
        throw new Error(`the frame has no attribute "${positionAttribute}" for its position`);
      return Math.trunc(Number(place));
    });
    dataset.grid.check(offset);
    return offset;
  }

  /**
   * Appends one frame of the first frame's shape and type, or its chunk where frames come packed; `values` follow the definitions. The next may be given before this one is
   * written. After one has failed, none is written that was given later.
   */
  write(data: NDData, values: readonly AttributeValue[]): Promise<void> {
    const written = this.#append(data, values);
    this.#settled = Promise.allSettled([this.#settled, written]);
    return written;
  }

  async #append(data: NDData, values: readonly AttributeValue[]): Promise<void> {
    const begun = performance.now();
    const dataset = this.#datasetOf(values);
    const offset = this.#placeOf(dataset, values);
    const stored = this.#storedValues(dataset, values);
    if (this.#bypass === undefined) {
      this.#isSound = false;
      dataset.write(offset, data);
      this.#isSound = true;
    } else await dataset.writePast(this.#bypass, offset, data);
    for (const { store, value } of stored) store.append(value, offset);
    this.#values = values;
    this.#frames += 1;
    this.#bytes += data.byteLength;
    this.#performance?.add(begun, performance.now());
  }

  /** What is stored of a frame besides its pixels. */
  #storedValues(dataset: DetectorDataset, values: readonly AttributeValue[]): readonly StoredValue[] {
    if (this.#options.attributesFollowDimensions && dataset !== this.#defaultDataset) return [];
    return this.#stores
      .filter(({ when }) => when === "OnFrame")
      .map((store) => ({ store, value: this.#valueOf(store.attributeName, values) }));
  }

  #saveOnce(when: "OnFileOpen" | "OnFileClose", values: readonly AttributeValue[]): void {
    for (const store of this.#stores) {
      if (store.when !== when) continue;
      store.append(this.#valueOf(store.attributeName, values), []);
      store.flush();
    }
  }

  get #valueAttributes(): readonly ValueAttribute[] {
    return [...this.#layout.groups, ...this.#layout.datasets].flatMap(({ path, attributes }) =>
      attributes.flatMap(({ name, source }) =>
        source.kind === "ndattribute" ? [{ path, name, attribute: source.attribute, when: source.when }] : [],
      ),
    );
  }

  /** HDF5 attributes with the values of NDAttributes. */
  #writeValueAttributes(file: H5File, when: When, values: readonly AttributeValue[]): void {
    for (const { path, name, attribute } of this.#valueAttributes.filter((one) => one.when === when))
      attempt(this.#warnings, `write attribute ${name} of ${path}`, () => {
        const index = this.#indexOf.get(attribute);
        const definition = index === undefined ? undefined : this.#definitions[index];
        const value = this.#valueOf(attribute, values);
        if (definition === undefined || value === undefined)
          throw new Error(`there is no NDAttribute ${attribute}`);
        writeAttributeValue(file, path, name, definition.type, value);
      });
  }

  /** Makes every frame given so far visible to a reader, and safe from a crash of this process. */
  async flush(): Promise<void> {
    await this.#settled;
    this.#flushAll();
  }

  #flushAll(): void {
    for (const store of this.#stores) store.flush();
    this.#file.flush();
  }

  async close(): Promise<FileSummary> {
    await this.#settled;
    if (this.#frames > 0) this.#saveOnce("OnFileClose", this.#values);
    this.#performance?.write();
    this.#flushAll();
    this.#endInterceptions();
    if (this.#file.close() !== 0) throw new Error("the HDF5 library could not close the file");
    this.#writeLastValues();
    return { frames: this.#frames, bytes: this.#bytes, warnings: this.#warnings };
  }

  /** The library makes no new attributes in SWMR mode. */
  #writeLastValues(): void {
    const isNeeded = this.#valueAttributes.some(({ when }) => when === "OnFileClose");
    if (!isNeeded || !this.#options.storeAttributes || this.#frames === 0) return;
    editFile(this.#path, (file) => this.#writeValueAttributes(file, "OnFileClose", this.#values));
  }

  /** What began last ends first. */
  #endInterceptions(): void {
    this.#bypass?.close();
    this.#guard?.close();
  }

  /**
   * Closes the file after an error, with the frames before it and little else: there may be no room. Throws where the library itself has
   * failed: nothing more can be asked of it.
   */
  async abandon(): Promise<void> {
    if (!this.#isSound) throw new Error("the HDF5 library has failed");
    await this.flush();
    this.#endInterceptions();
    this.#file.close();
  }
}
