import { lstatSync, rmSync } from "node:fs";
import h5wasm from "h5wasm/node";
import {
  bytesPerElement,
  elementsOf,
  type NDArrayInfo,
  type NDData,
  type NDDimension,
} from "../ndarray/ndArray.js";
import { AttributeColumn } from "./attributeColumn.js";
import { type AttributeDefinition, type AttributeValue, definitionsOf } from "./frameAttributes.js";
import { BYPASS_FROM_BYTES, FrameBypass } from "./frameBypass.js";
import {
  type H5Dataset,
  type H5File,
  numericDtype,
  stringDtype,
  writeConstantAttribute,
  writeConstantDataset,
} from "./h5.js";
import type { FileLayout, LayoutAttribute } from "./layout.js";

export interface FileOptions {
  /** 0 when it is not known how many frames will come. */
  readonly expectedFrames: number;
  /** Gzip level, 0 for none. */
  readonly gzipLevel: number;
  /** Other processes read while the file is written. */
  readonly swmr: boolean;
  readonly storeAttributes: boolean;
}

interface Destination {
  readonly dataset: H5Dataset;
  frames: number;
}

/** Takes away what stands in a file's place: closing one that was truncated instead waits for the disk on ext4. */
function replaceFile(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === true) rmSync(path);
}

/** What could not be done but did not stop the writing, and what was written. */
export interface FileSummary {
  readonly frames: number;
  readonly bytes: number;
  readonly warnings: readonly string[];
}

/**
 * One HDF5 file being written frame by frame in the shape of a layout. Everything here blocks on the disk and belongs in a
 * worker. Every method throws an Error when the file system or the HDF5 library refuses.
 */
export class FileWriter {
  readonly #file: H5File;
  readonly #layout: FileLayout;
  readonly #first: NDArrayInfo;
  readonly #destinations = new Map<string, Destination>();
  readonly #columns: AttributeColumn[] = [];
  readonly #warnings: string[] = [];
  readonly #defaultDestination: string;
  readonly #bypass: FrameBypass | undefined;
  #definitions: readonly AttributeDefinition[];
  #values: readonly AttributeValue[] = [];
  #frames = 0;
  #bytes = 0;

  /** Creates the file with everything that does not depend on later frames. h5wasm must be ready. */
  constructor(path: string, layout: FileLayout, first: NDArrayInfo, options: FileOptions) {
    this.#layout = layout;
    this.#first = first;
    this.#definitions = definitionsOf(first);
    const libver = options.swmr ? (["v110", "v110"] as const) : (["earliest", "v110"] as const);
    replaceFile(path);
    this.#file = new h5wasm.File(path, "w", { libver: [...libver] });
    if (this.#file.file_id < 0n) throw new Error(`cannot create ${path}`);
    const detectors = layout.datasets.flatMap(({ source, path: name }) =>
      source.kind === "detector" ? [{ name, isDefault: source.isDefault }] : [],
    );
    this.#defaultDestination = (detectors.find(({ isDefault }) => isDefault) ?? detectors[0])?.name ?? "";
    this.#createTree(options);
    if (options.storeAttributes) this.#createColumns(options);
    if (options.swmr) this.#file.start_swmr_write();
    const bytes = elementsOf(first) * bytesPerElement(first.dataType);
    const isPlain = options.gzipLevel === 0;
    if (isPlain && bytes >= BYPASS_FROM_BYTES) this.#bypass = new FrameBypass(path, bytes);
  }

  #createTree(options: FileOptions): void {
    for (const group of this.#layout.groups) {
      this.#file.create_group(group.path.slice(1));
      this.#writeConstantAttributes(group.path, group.attributes);
    }
    for (const dataset of this.#layout.datasets) {
      if (dataset.source.kind === "ndattribute") continue;
      if (dataset.source.kind === "constant")
        writeConstantDataset(this.#file, dataset.path, dataset.source.type, dataset.source.value);
      else this.#createDetectorDataset(dataset.path, options);
      this.#writeConstantAttributes(dataset.path, dataset.attributes);
    }
    for (const link of this.#layout.hardLinks) {
      if (this.#file.create_hard_link(link.target, link.path.slice(1)) !== 0)
        this.#warnings.push(`cannot link ${link.path} to ${link.target}`);
    }
  }

  #createDetectorDataset(path: string, options: FileOptions): void {
    const shape = this.#first.dimensions.map(({ size }) => size).reverse();
    const dataset = this.#file.create_dataset({
      name: path.slice(1),
      data: [],
      shape: [0, ...shape],
      maxshape: [null, ...shape],
      chunks: [1, ...shape],
      dtype: numericDtype[this.#first.dataType],
      ...(options.gzipLevel > 0 ? { compression: "gzip", compression_opts: [options.gzipLevel] } : {}),
    });
    dataset.resize([1, ...shape]);
    const perAxis = (of: (dimension: NDDimension) => number) => Int32Array.from(this.#first.dimensions, of);
    dataset.create_attribute("NDArrayNumDims", this.#first.dimensions.length, [], "<i");
    dataset.create_attribute(
      "NDArrayDimOffset",
      perAxis(({ offset }) => offset),
    );
    dataset.create_attribute(
      "NDArrayDimBinning",
      perAxis(({ binning }) => binning),
    );
    dataset.create_attribute(
      "NDArrayDimReverse",
      perAxis(({ reverse }) => (reverse ? 1 : 0)),
    );
    this.#destinations.set(path, { dataset, frames: 0 });
  }

  #writeConstantAttributes(path: string, attributes: readonly LayoutAttribute[]): void {
    for (const { name, source } of attributes)
      if (source.kind === "constant")
        writeConstantAttribute(this.#file, path, name, source.type, source.value);
  }

  /** Datasets exist for the attributes that the first frame carries, wherever the layout places them. */
  #createColumns(options: FileOptions): void {
    const fallback = this.#layout.defaultAttributeGroup;
    const placed = this.#layout.datasets.flatMap(({ path, attributes, source }) =>
      source.kind === "ndattribute" ? [{ path, attributes, ...source }] : [],
    );
    this.#definitions.forEach((definition, index) => {
      const places = placed.filter(({ attribute }) => attribute === definition.name);
      if (places.length === 0 && fallback !== undefined)
        places.push({
          kind: "ndattribute",
          attribute: definition.name,
          path: `${fallback === "/" ? "" : fallback}/${definition.name}`,
          attributes: [],
          when: "OnFrame",
        });
      for (const { path, when, attributes } of places) {
        const column = new AttributeColumn(this.#file, path, definition, index, when, options.expectedFrames);
        this.#writeConstantAttributes(path, attributes);
        this.#columns.push(column);
      }
    });
    if (fallback !== undefined && this.#layout.groups.some(({ path }) => path === fallback)) {
      const host = process.env["HOSTNAME"] ?? "";
      if (host !== "") writeConstantAttribute(this.#file, fallback, "hostname", "string", host);
    }
  }

  /** The dataset a frame goes to: the one its attribute names, else the default one. */
  #destinationOf(values: readonly AttributeValue[]): Destination | undefined {
    const wanted = this.#layout.destinationAttribute;
    const index = wanted === undefined ? -1 : this.#definitions.findIndex(({ name }) => name === wanted);
    const named = index < 0 ? undefined : this.#destinations.get(String(values[index] ?? ""));
    return named ?? this.#destinations.get(this.#defaultDestination);
  }

  /** Attributes from here on, when a frame carries others than the frame before. */
  define(definitions: readonly AttributeDefinition[]): void {
    this.#definitions = definitions;
    for (const column of this.#columns)
      column.valueIndex = definitions.findIndex(({ name }) => name === column.attributeName);
  }

  /** Appends one frame of the first frame's shape and type; `values` follow the definitions. */
  write(data: NDData, values: readonly AttributeValue[]): void {
    const destination = this.#destinationOf(values);
    if (destination === undefined) throw new Error("the layout has no detector dataset");
    const { dataset, frames } = destination;
    const shape = this.#first.dimensions.map(({ size }) => size).reverse();
    if (frames > 0 && dataset.resize([frames + 1, ...shape]) < 0)
      throw new Error("cannot extend the dataset");
    this.#writeFrame(dataset, frames, shape, data);
    destination.frames += 1;
    if (this.#frames === 0) this.#saveOnce("OnFileOpen", values);
    for (const column of this.#columns) if (column.when === "OnFrame") column.append(values);
    this.#values = values;
    this.#frames += 1;
    this.#bytes += data.byteLength;
  }

  #writeFrame(dataset: H5Dataset, index: number, shape: readonly number[], data: NDData): void {
    if (this.#bypass === undefined) {
      dataset.write_slice([[index, index + 1], ...shape.map((): [] => [])], data);
      return;
    }
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const origin = shape.map(() => 0);
    this.#bypass.write(this.#file.file_id, dataset.path, [index, ...origin], [1, ...shape], bytes);
  }

  #saveOnce(when: "OnFileOpen" | "OnFileClose", values: readonly AttributeValue[]): void {
    for (const column of this.#columns) {
      if (column.when !== when) continue;
      column.append(values);
      column.flush();
    }
    for (const { path, attributes } of [...this.#layout.groups, ...this.#layout.datasets])
      for (const { name, source } of attributes)
        if (source.kind === "ndattribute" && source.when === when)
          this.#writeValueAttribute(path, name, source.attribute, values);
  }

  #writeValueAttribute(
    path: string,
    name: string,
    attribute: string,
    values: readonly AttributeValue[],
  ): void {
    const index = this.#definitions.findIndex((definition) => definition.name === attribute);
    const definition = this.#definitions[index];
    const value = values[index];
    const parent = this.#file.get(path);
    if (
      definition === undefined ||
      value === undefined ||
      parent === null ||
      !("create_attribute" in parent)
    ) {
      this.#warnings.push(`${path} attribute ${name}: no NDAttribute ${attribute}`);
      return;
    }
    if (definition.type === "String")
      parent.create_attribute(name, String(value), [], stringDtype(String(value)));
    else parent.create_attribute(name, [Number(value)], [], numericDtype[definition.type]);
  }

  /** Makes everything written so far visible to a reader, and safe from a crash of this process. */
  flush(): void {
    for (const column of this.#columns) column.flush();
    this.#file.flush();
  }

  close(): FileSummary {
    if (this.#frames > 0) this.#saveOnce("OnFileClose", this.#values);
    for (const column of this.#columns) column.flush();
    this.#bypass?.close();
    this.#file.flush();
    if (this.#file.close() !== 0) throw new Error("the HDF5 library could not close the file");
    return { frames: this.#frames, bytes: this.#bytes, warnings: this.#warnings };
  }

  /** Gives the file up after an error, as far as the library lets go of it. */
  abandon(): void {
    try {
      this.#bypass?.close();
      this.#file.close();
    } catch {
      // The library keeps a file it cannot flush; the worker ends with it.
    }
  }
}
