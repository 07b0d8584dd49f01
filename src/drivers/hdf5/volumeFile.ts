import { renameSync, rmSync } from "node:fs";
import h5wasm from "h5wasm/node";
import { type H5Dataset, type H5File, writeConstantAttribute, writeConstantDataset } from "./h5.js";
import { describeHdf5Error } from "./hdf5Error.js";

export interface VolumeShape {
  readonly slices: number;
  readonly height: number;
  readonly width: number;
}

/**
 * A volume written slice by slice as `/exchange/data`. It has its name only when it is whole; until then `.part` is behind it.
 * Methods throw an Error that names the file.
 */
export class VolumeFile {
  readonly #path: string;
  readonly #file: H5File;
  readonly #dataset: H5Dataset;

  /** `process` says how the volume came about and is stored in `/process/reconstruction`; h5wasm must be ready. */
  constructor(
    path: string,
    { slices, height, width }: VolumeShape,
    units: string,
    process: Readonly<Record<string, string | number>>,
  ) {
    this.#path = path;
    [this.#file, this.#dataset] = this.#trying(() => {
      const file = new h5wasm.File(this.#partial, "w");
      file.create_group("exchange");
      file.create_group("process");
      file.create_group("process/reconstruction");
      const dataset = file.create_dataset({
        name: "exchange/data",
        data: [],
        shape: [0, height, width],
        maxshape: [null, height, width],
        chunks: [1, height, width],
        dtype: "<f",
      });
      dataset.resize([slices, height, width]);
      writeConstantAttribute(file, "/exchange/data", "units", "string", units);
      for (const [name, value] of Object.entries(process))
        writeConstantDataset(
          file,
          `/process/reconstruction/${name}`,
          typeof value === "number" ? "float" : "string",
          String(value),
        );
      return [file, dataset] as const;
    });
  }

  get #partial(): string {
    return `${this.#path}.part`;
  }

  write(index: number, slice: Float32Array): void {
    this.#trying(() => this.#dataset.write_slice([[index, index + 1], [], []], slice));
  }

  /** The volume is whole. */
  finish(): void {
    this.#trying(() => {
      this.#file.close();
      renameSync(this.#partial, this.#path);
    });
  }

  /** Nothing is left of it. */
  discard(): void {
    this.#file.close();
    rmSync(this.#partial, { force: true });
  }

  #trying<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw new Error(`${this.#path}: ${describeHdf5Error(error)}`);
    }
  }
}
