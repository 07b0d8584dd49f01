import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { errorMessage } from "../../libcom/errorMessage.js";
import { logger } from "../../libcom/log.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import type { ParametersOf } from "../asyn/defineDriver.js";
import type { NDArray, NDArrayInfo } from "../ndarray/ndArray.js";
import type { PluginSetup } from "../plugins/ndPlugin.js";
import { type FileFormat, NDPluginFile } from "../plugins/ndPluginFile.js";
import { defaultLayout } from "./defaultLayout.js";
import { type activeParameters, makeActiveParameters, makePassiveParameters } from "./hdf5Parameters.js";
import { type FileLayout, parseLayout } from "./layout.js";
import { WriterClient } from "./writerClient.js";

type Hdf5Parameters = ParametersOf<typeof activeParameters>;

/** The databases and layouts of this package: `db/` beside `dist/`. */
const packageDatabases = fileURLToPath(new URL("../../../../db/", import.meta.url));

const ZLIB = 3;
const MEGABIT = 1024 * 1024;

/**
 * The layout that XMLFileName means: areaDetector's own when empty, the text itself when it is XML, else a file, looked for where
 * it says and then by its name in this package's db folder.
 */
export function loadLayout(xmlFileName: string): Result<FileLayout> {
  if (xmlFileName === "") return ok(defaultLayout);
  if (xmlFileName.includes("<?xml") || xmlFileName.includes("<hdf5_layout")) return parseLayout(xmlFileName);
  const places = [xmlFileName, join(packageDatabases, xmlFileName.split("/").at(-1) ?? "")];
  const place = places.find(existsSync);
  if (place === undefined) return failed(`${xmlFileName}: XML description file cannot be opened`);
  try {
    const layout = parseLayout(readFileSync(place, "utf8"));
    return layout.ok ? layout : failed(`${place}: ${layout.error}`);
  } catch (error) {
    return failed(`${place}: ${errorMessage(error)}`);
  }
}

/** HDF5 files in the shape of a layout, written by a worker. */
class Hdf5Format implements FileFormat {
  readonly #params: Hdf5Parameters;
  readonly #log;
  readonly #writer: WriterClient;
  #layout: FileLayout = defaultLayout;
  #opened = 0;

  constructor(portName: string, params: Hdf5Parameters, writer: WriterClient) {
    this.#params = params;
    this.#writer = writer;
    this.#log = logger(`drivers.plugins.${portName}`);
  }

  /** The file may have changed since XMLFileName was written, as upstream reads it anew for each HDF5 file. */
  check(): void {
    const layout = this.#readLayout();
    if (!layout.ok) throw new Error(layout.error);
    this.#layout = layout.value;
  }

  #readLayout(): Result<FileLayout> {
    const params = this.#params;
    const name = params.HDF5_layoutFilename.value ?? "";
    const layout = loadLayout(name);
    params.HDF5_layoutValid.set(layout.ok ? 1 : 0);
    params.HDF5_layoutErrorMsg.set(layout.ok ? (name === "" ? "Default layout selected" : "") : layout.error);
    return layout;
  }

  showLayout(): void {
    const layout = this.#readLayout();
    if (!layout.ok) this.#log.warn(`XMLFileName: ${layout.error}`);
  }

  async open(path: string, first: NDArrayInfo, expectedFrames: number): Promise<void> {
    const params = this.#params;
    const swmr = params.HDF5_SWMRMode.value === 1;
    if ((params.HDF5_compressionType.value ?? 0) !== 0 && params.HDF5_compressionType.value !== ZLIB)
      this.#log.warn("only zlib compression is available: the file is not compressed");
    await this.#writer.open(path, this.#layout, first, {
      expectedFrames,
      gzipLevel: params.HDF5_compressionType.value === ZLIB ? (params.HDF5_zCompressLevel.value ?? 6) : 0,
      swmr,
      storeAttributes: params.HDF5_storeAttributes.value === 1,
    });
    this.#opened = performance.now();
    params.HDF5_SWMRCbCounter.set(0);
    params.HDF5_SWMRRunning.set(swmr ? 1 : 0);
  }

  write(frame: NDArray): Promise<void> {
    return this.#writer.write(frame);
  }

  async close(): Promise<void> {
    const params = this.#params;
    const { bytes, warnings } = await this.#writer.close();
    for (const warning of warnings) this.#log.info(warning);
    const seconds = (performance.now() - this.#opened) / 1000;
    params.HDF5_SWMRRunning.set(0);
    params.HDF5_totalRuntime.set(seconds);
    params.HDF5_totalIoSpeed.set(seconds > 0 ? (bytes * 8) / MEGABIT / seconds : 0);
  }

  async abandon(): Promise<void> {
    this.#params.HDF5_SWMRRunning.set(0);
    await this.#writer.abandon();
  }

  dispose(): Promise<void> {
    return this.#writer.terminate();
  }
}

/** The HDF5 file plugin (NDFileHDF5). */
export class NDFileHDF5 extends NDPluginFile {
  readonly #writer: WriterClient;

  constructor(setup: PluginSetup, writer = new WriterClient()) {
    const params = makeActiveParameters();
    const format = new Hdf5Format(setup.portName, params, writer);
    super(setup, "NDFileHDF5", { ...makePassiveParameters(), ...params }, format);
    this.#writer = writer;
    params.HDF5_layoutFilename.handleWrites((name) => {
      params.HDF5_layoutFilename.set(name);
      format.showLayout();
    });
    params.HDF5_SWMRFlushNow.handleWrites((on) => (on === 0 ? undefined : this.#flush(params)));
  }

  async #flush(params: Hdf5Parameters): Promise<number> {
    try {
      await this.#writer.flush();
      params.HDF5_SWMRCbCounter.set((params.HDF5_SWMRCbCounter.value ?? 0) + 1);
    } catch (error) {
      this.log.warn(`flush: ${errorMessage(error)}`);
    }
    return 0;
  }
}
