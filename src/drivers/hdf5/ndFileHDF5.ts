import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { errorMessage } from "../../libcom/errorMessage.js";
import { logger } from "../../libcom/log.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import type { NDArray, NDArrayHeader, NDCodec } from "../ndarray/ndArray.js";
import type { FileFormat, FrameCount } from "../plugins/fileFormat.js";
import type { PluginSetup } from "../plugins/ndPlugin.js";
import { NDPluginFile } from "../plugins/ndPluginFile.js";
import { defaultLayout } from "./defaultLayout.js";
import { type Hdf5Parameters, makeHdf5Parameters } from "./hdf5Parameters.js";
import { fileOptions, guardWrites, showCodec, showOptions } from "./hdf5Settings.js";
import { type FileLayout, type ParsedLayout, parseLayout } from "./layout.js";
import { WriterClient } from "./writerClient.js";

/** The databases and layouts of this package: `db/` beside `dist/`. */
const packageDatabases = fileURLToPath(new URL("../../../../db/", import.meta.url));

const MEGABIT = 1024 * 1024;

/** Of each file as it was last. Reading XML takes ten milliseconds, and a layout seldom changes between captures. */
const parsed = new Map<string, { readonly text: string; readonly layout: Result<ParsedLayout> }>();

function parseOnce(text: string, file: string): Result<ParsedLayout> {
  const known = parsed.get(file);
  if (known?.text === text) return known.layout;
  const layout = parseLayout(text, file);
  parsed.set(file, { text, layout });
  return layout;
}

/**
 * The layout that XMLFileName means: areaDetector's own when empty, the text itself when it is XML, else a file, looked for where
 * it says and then by its name in this package's db folder.
 */
export function loadLayout(xmlFileName: string): Result<ParsedLayout> {
  if (xmlFileName === "") return ok({ layout: defaultLayout, problems: [] });
  if (xmlFileName.includes("<?xml") || xmlFileName.includes("<hdf5_layout"))
    return parseOnce(xmlFileName, "XMLFileName");
  const places = [xmlFileName, join(packageDatabases, xmlFileName.split("/").at(-1) ?? "")];
  const place = places.find(existsSync);
  if (place === undefined) return failed(`${xmlFileName}: XML description file cannot be opened`);
  try {
    return parseOnce(readFileSync(place, "utf8"), place);
  } catch (error) {
    return failed(`${place}: ${errorMessage(error)}`);
  }
}

const isSameCodec = (a: NDCodec | undefined, b: NDCodec | undefined): boolean =>
  a?.name === b?.name &&
  a?.level === b?.level &&
  a?.shuffle === b?.shuffle &&
  a?.compressor === b?.compressor;

/** HDF5 files in the shape of a layout, written by a worker. */
class Hdf5Format implements FileFormat {
  readonly isMultiFrame = true;
  readonly #params: Hdf5Parameters;
  readonly #log;
  readonly #writer: WriterClient;
  #layout: FileLayout = defaultLayout;
  #opened = 0;
  /** Of all frames of a file. */
  #codec: NDCodec | undefined;

  constructor(portName: string, params: Hdf5Parameters, writer: WriterClient) {
    this.#params = params;
    this.#writer = writer;
    this.#log = logger(`drivers.plugins.${portName}`);
  }

  /** The layout may have changed since XMLFileName was written, as upstream reads it anew for each HDF5 file. */
  prepare(): void {
    const layout = this.#readLayout();
    if (!layout.ok) throw new Error(layout.error);
    this.#layout = layout.value.layout;
    this.#writer.prepare();
  }

  #readLayout(): Result<ParsedLayout> {
    const params = this.#params;
    const name = params.HDF5_layoutFilename.value ?? "";
    const layout = loadLayout(name);
    params.HDF5_layoutValid.set(layout.ok ? 1 : 0);
    const problem = layout.ok ? (layout.value.problems[0] ?? "") : layout.error;
    params.HDF5_layoutErrorMsg.set(name === "" ? "Default layout selected" : problem);
    return layout;
  }

  /** Throws when there is no such layout. */
  showLayout(): void {
    const layout = this.#readLayout();
    for (const problem of layout.ok ? layout.value.problems : [layout.error])
      this.#log.warn(`XMLFileName: ${problem}`);
    if (!layout.ok) throw new Error(layout.error);
  }

  rehearse(frame: NDArrayHeader, expectedFrames: FrameCount): void {
    if (frame.codec !== undefined) return;
    const layout = loadLayout(this.#params.HDF5_layoutFilename.value ?? "");
    const options = fileOptions(this.#params, frame, expectedFrames);
    if (layout.ok && options.ok) void this.#writer.rehearse(layout.value.layout, frame, options.value);
  }

  async open(path: string, first: NDArrayHeader, expectedFrames: FrameCount): Promise<void> {
    const params = this.#params;
    this.#codec = first.codec;
    if (first.codec !== undefined) showCodec(params, first.codec);
    const options = fileOptions(params, first, expectedFrames);
    if (!options.ok) throw new Error(options.error);
    showOptions(params, options.value);
    params.HDF5_SWMRCbCounter.set(0);
    await this.#writer.open(path, this.#layout, first, options.value);
    this.#opened = performance.now();
    params.HDF5_SWMRRunning.set(options.value.swmr ? 1 : 0);
  }

  async write(frame: NDArray): Promise<void> {
    if (!isSameCodec(frame.codec, this.#codec))
      throw new Error(`frame ${frame.uniqueId} is not compressed as the first one`);
    const flushed = await this.#writer.write(frame);
    if (flushed) this.#countFlush();
  }

  async flush(): Promise<void> {
    await this.#writer.flush();
    this.#countFlush();
  }

  #countFlush(): void {
    const params = this.#params;
    if (params.HDF5_SWMRRunning.value !== 1) return;
    params.HDF5_SWMRCbCounter.set((params.HDF5_SWMRCbCounter.value ?? 0) + 1);
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
  protected override get takesCompressed(): boolean {
    return true;
  }

  constructor(setup: PluginSetup, writer = new WriterClient()) {
    const params = makeHdf5Parameters();
    const format = new Hdf5Format(setup.portName, params, writer);
    super(setup, "NDFileHDF5", params.byName, format);
    guardWrites(params, { isOpen: () => this.isCapturing, numCapture: this.file.NUM_CAPTURE });
    params.HDF5_layoutFilename.handleWrites((name) => {
      params.HDF5_layoutFilename.set(name);
      format.showLayout();
    });
    params.HDF5_SWMRFlushNow.handleWrites(async (on) => {
      if (on !== 0)
        await format.flush().catch((error: unknown) => this.log.warn(`flush: ${errorMessage(error)}`));
      return 0;
    });
  }
}
