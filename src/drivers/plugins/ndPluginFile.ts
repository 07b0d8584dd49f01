import { rename, rm, writeFile } from "node:fs/promises";
import { errorMessage } from "../../libcom/errorMessage.js";
import { makeParameters, type ParametersOf } from "../asyn/defineDriver.js";
import { int32, octet } from "../asyn/driverParameter.js";
import type { Parameter } from "../asyn/portDriver.js";
import type { NDArray, NDArrayInfo } from "../ndarray/ndArray.js";
import { setIfChanged } from "../ndarray/ndArrayParameters.js";
import { createDirectories, formatFileName, isDirectory, normalizePath } from "./fileName.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";

/** Where there is no value, the database gives it. */
const fileParameters = {
  FILE_PATH: octet(""),
  FILE_PATH_EXISTS: int32(0),
  CREATE_DIR: int32(0),
  FILE_NAME: octet(""),
  FILE_NUMBER: int32(0),
  AUTO_INCREMENT: int32(0),
  FILE_TEMPLATE: octet("%s%s_%3.3d.h5"),
  FULL_FILE_NAME: octet(""),
  AUTO_SAVE: int32(),
  WRITE_FILE: int32(0),
  READ_FILE: int32(0),
  FILE_FORMAT: int32(),
  WRITE_MODE: int32(),
  CAPTURE: int32(0),
  NUM_CAPTURE: int32(),
  NUM_CAPTURED: int32(0),
  FREE_CAPTURE: int32(0),
  DELETE_DRIVER_FILE: int32(),
  WRITE_STATUS: int32(0),
  WRITE_MESSAGE: octet(""),
  FILE_LAZY_OPEN: int32(),
  FILE_TEMP_SUFFIX: octet(""),
} as const;

/** WRITE_MODE: every file one frame, frames gathered in memory, or frames written as they come. */
const WriteMode = { Single: 0, Capture: 1, Stream: 2 } as const;

/** Clients poll Capture_RBV every 10 ms and must see it at 1. */
const SHORTEST_CAPTURE_MS = 50;

/** How one kind of file is written. Every method rejects with the reason when it cannot. */
export interface FileFormat {
  /** `expectedFrames` is 0 when the number is not known. */
  open(path: string, first: NDArrayInfo, expectedFrames: number): Promise<void>;
  write(frame: NDArray): Promise<void>;
  close(): Promise<void>;
  /** Lets go of a file that cannot be finished. */
  abandon(): Promise<void>;
  /** Ends what the format keeps running. */
  dispose(): Promise<void>;
  /** Throws when a file could not be begun for a reason that is known beforehand. */
  check(): void;
}

/** A file being written in Stream mode. */
interface Session {
  readonly path: string;
  readonly temporaryPath: string;
  readonly started: number;
  /** The frame that the file was opened with, and when that is done. */
  opened?: { readonly first: NDArrayInfo; readonly done: Promise<void> };
  accepted: number;
  readonly writing: Set<Promise<void>>;
  /** Set once the file is being closed; no frame is taken from then on. */
  ending?: Promise<void>;
  failed: boolean;
}

const sameShape = (a: NDArrayInfo, b: NDArrayInfo): boolean =>
  a.dataType === b.dataType &&
  a.dimensions.length === b.dimensions.length &&
  a.dimensions.every(({ size }, index) => size === b.dimensions[index]?.size);

/** What all file-writing plugins share: names, modes, capture (NDPluginFile). */
export class NDPluginFile extends NDPlugin {
  protected override readonly concurrency = 4;
  protected readonly file: ParametersOf<typeof fileParameters>;
  /** After `close()`: settles when the last file is closed. */
  closed: Promise<void> = Promise.resolve();
  readonly #format: FileFormat;
  #session: Session | undefined;
  #captured: NDArray[] = [];
  /** Files written whole follow one another. */
  #wholeFiles: Promise<void> = Promise.resolve();

  constructor(
    setup: PluginSetup,
    pluginType: string,
    own: Readonly<Record<string, Parameter>>,
    format: FileFormat,
  ) {
    const file = makeParameters(fileParameters);
    super(setup, pluginType, { ...file, ...own });
    this.file = file;
    this.#format = format;
    this.base.ARRAY_CALLBACKS.set(0);
    file.FILE_PATH.handleWrites((path) => this.#acceptPath(path));
    file.CREATE_DIR.handleWrites((depth) => {
      file.CREATE_DIR.set(depth);
      this.#acceptPath(file.FILE_PATH.value ?? "");
    });
    file.CAPTURE.handleWrites((on) => (on === 0 ? this.#stopCapture() : this.#startCapture()));
    file.WRITE_FILE.handleWrites((on) => (on === 0 ? undefined : this.#writeOnRequest()));
    file.READ_FILE.handleWrites(() => {
      this.#report("reading files is not supported");
      return 0;
    });
    file.FREE_CAPTURE.handleWrites(() => this.#freeCaptured());
  }

  get #mode(): number {
    return this.file.WRITE_MODE.value ?? WriteMode.Single;
  }

  protected override countsInput(): boolean {
    return false;
  }

  protected override process(frame: NDArray): void | Promise<void> {
    switch (this.#mode) {
      case WriteMode.Single:
        return this.file.AUTO_SAVE.value === 1 ? this.#writeWhole([frame]) : undefined;
      case WriteMode.Capture:
        return this.file.CAPTURE.value === 1 ? this.#gather(frame) : undefined;
      default:
        return this.#stream(frame);
    }
  }

  protected override onClose(): void {
    this.#freeCaptured();
    const ended = this.#session === undefined ? this.#wholeFiles : this.#end(this.#session);
    this.closed = ended.then(() => this.#format.dispose());
  }

  /** FilePath with its trailing slash; missing directories are made as CreateDirectory allows. */
  #acceptPath(path: string): string {
    const normal = normalizePath(path);
    const made = createDirectories(normal, this.file.CREATE_DIR.value ?? 0);
    if (!made.ok) this.log.warn(`FilePath: ${made.error}`);
    setIfChanged(this.file.FILE_PATH_EXISTS, isDirectory(normal) ? 1 : 0);
    return normal;
  }

  /** The next file's name; FileNumber moves on when AutoIncrement says so. */
  #nextName(): string {
    const { file } = this;
    const path = this.#acceptPath(file.FILE_PATH.value ?? "");
    const number = file.FILE_NUMBER.value ?? 0;
    const name = formatFileName(file.FILE_TEMPLATE.value ?? "", path, file.FILE_NAME.value ?? "", number);
    if (!name.ok) throw new Error(name.error);
    if (file.AUTO_INCREMENT.value === 1) file.FILE_NUMBER.set(number + 1);
    file.FULL_FILE_NAME.set(name.value);
    return name.value;
  }

  #clearStatus(): void {
    setIfChanged(this.file.WRITE_STATUS, 0);
    setIfChanged(this.file.WRITE_MESSAGE, "");
  }

  #report(message: string): void {
    this.log.error(message);
    this.file.WRITE_STATUS.set(1);
    this.file.WRITE_MESSAGE.set(message);
  }

  async #startCapture(): Promise<number> {
    const { file } = this;
    if (this.#session !== undefined) return 1;
    this.#clearStatus();
    switch (this.#mode) {
      case WriteMode.Single:
        file.WRITE_MESSAGE.set("ERROR: capture not supported in Single mode");
        return 0;
      case WriteMode.Capture:
        this.#freeCaptured();
        return 1;
      default:
        return this.#startStream();
    }
  }

  /**
   * Names the file and claims it on disk, so that a bad directory shows at once. The first frame opens it: only that frame
   * tells the shape, the type and the attributes for certain.
   */
  async #startStream(): Promise<number> {
    const { file } = this;
    file.FULL_FILE_NAME.set("");
    try {
      if ((file.NUM_CAPTURE.value ?? 0) < 0)
        throw new Error(`NumCapture ${file.NUM_CAPTURE.value} is negative`);
      this.#format.check();
      const path = this.#nextName();
      const temporaryPath = path + (file.FILE_TEMP_SUFFIX.value ?? "");
      await writeFile(temporaryPath, "");
      file.NUM_CAPTURED.set(0);
      file.WRITE_FILE.set(1);
      const started = performance.now();
      this.#session = { path, temporaryPath, started, accepted: 0, writing: new Set(), failed: false };
      return 1;
    } catch (error) {
      this.#report(`cannot open ${file.FULL_FILE_NAME.value || "the file"}: ${errorMessage(error)}`);
      return 0;
    }
  }

  async #stopCapture(): Promise<number> {
    if (this.#session !== undefined) await this.#end(this.#session);
    return 0;
  }

  async #stream(frame: NDArray): Promise<void> {
    const session = this.#session;
    if (session === undefined || session.ending !== undefined || session.failed) return;
    const wanted = this.file.NUM_CAPTURE.value ?? 0;
    if (wanted > 0 && session.accepted >= wanted) return;
    if (session.opened !== undefined && !sameShape(session.opened.first, frame)) {
      this.#report(
        `Invalid frame. Ignoring. Frame ${frame.uniqueId} has another shape or type than the first`,
      );
      return;
    }
    session.accepted += 1;
    const writing = this.#writeTo(session, frame, wanted);
    session.writing.add(writing);
    const isLast = wanted > 0 && session.accepted >= wanted;
    await writing;
    session.writing.delete(writing);
    if (session.failed || isLast) void this.#end(session);
  }

  /** Never rejects: a failure ends the session. */
  async #writeTo(session: Session, frame: NDArray, expectedFrames: number): Promise<void> {
    try {
      session.opened ??= {
        first: frame,
        done: this.#format.open(session.temporaryPath, frame, expectedFrames),
      };
      await session.opened.done;
      if (session.failed) return;
      await this.#format.write(frame);
      this.file.NUM_CAPTURED.set((this.file.NUM_CAPTURED.value ?? 0) + 1);
      this.countArray();
    } catch (error) {
      if (!session.failed) this.#report(`cannot write ${session.path}: ${errorMessage(error)}`);
      session.failed = true;
    }
  }

  /** Closes the file once; CAPTURE goes to 0 when it can be read. */
  #end(session: Session): Promise<void> {
    session.ending ??= this.#finish(session);
    return session.ending;
  }

  async #finish(session: Session): Promise<void> {
    await Promise.all(session.writing);
    try {
      if (session.failed) await this.#format.abandon();
      else await this.#closeStream(session);
    } catch (error) {
      this.#report(`cannot close ${session.path}: ${errorMessage(error)}`);
      await this.#format.abandon();
    }
    const remaining = SHORTEST_CAPTURE_MS - (performance.now() - session.started);
    if (remaining > 0) await new Promise((resolve) => setTimeout(resolve, remaining));
    this.#session = undefined;
    this.file.WRITE_FILE.set(0);
    this.file.CAPTURE.set(0);
  }

  /** A capture that got no frame leaves a file without frames where the last one tells its shape, else none. */
  async #closeStream(session: Session): Promise<void> {
    if (session.opened === undefined) {
      if (this.lastInput === undefined) {
        await rm(session.temporaryPath, { force: true });
        return;
      }
      await this.#format.open(session.temporaryPath, this.lastInput, 0);
    }
    await this.#format.close();
    if (session.temporaryPath !== session.path) await rename(session.temporaryPath, session.path);
  }

  #gather(frame: NDArray): void | Promise<void> {
    const { file } = this;
    const wanted = file.NUM_CAPTURE.value ?? 0;
    const first = this.#captured[0];
    if (this.#captured.length < wanted && (first === undefined || sameShape(first, frame))) {
      this.#captured.push(frame.retain());
      this.countArray();
      file.NUM_CAPTURED.set(this.#captured.length);
    }
    if (this.#captured.length < wanted) return;
    if (file.AUTO_SAVE.value !== 1) {
      file.CAPTURE.set(0);
      return;
    }
    return this.#writeCaptured().then(() => file.CAPTURE.set(0));
  }

  #freeCaptured(): void {
    for (const frame of this.#captured.splice(0)) frame.release();
    setIfChanged(this.file.NUM_CAPTURED, 0);
  }

  async #writeCaptured(): Promise<void> {
    if (this.#captured.length === 0) {
      this.#report("ERROR, no capture buffer present");
      return;
    }
    await this.#writeWhole(this.#captured);
    this.#freeCaptured();
  }

  async #writeOnRequest(): Promise<number> {
    this.#clearStatus();
    if (this.#mode === WriteMode.Capture) await this.#writeCaptured();
    else if (this.#mode === WriteMode.Stream)
      this.#report("WriteFile does nothing in Stream mode: use Capture");
    else if (this.lastInput === undefined) this.#report("no frame was received that could be written");
    else await this.#writeWhole([this.lastInput]);
    return this.#session === undefined ? 0 : 1;
  }

  /** One file with these frames, from opening to closing. Never rejects. */
  #writeWhole(frames: readonly NDArray[]): Promise<void> {
    const [first] = frames;
    if (first === undefined) return Promise.resolve();
    const kept = frames.map((frame) => frame.retain());
    this.#wholeFiles = this.#wholeFiles.then(async () => {
      this.#clearStatus();
      this.file.WRITE_FILE.set(1);
      try {
        this.#format.check();
        const path = this.#nextName();
        const temporaryPath = path + (this.file.FILE_TEMP_SUFFIX.value ?? "");
        await this.#format.open(temporaryPath, first, frames.length);
        for (const frame of frames) await this.#format.write(frame);
        await this.#format.close();
        if (temporaryPath !== path) await rename(temporaryPath, path);
        if (this.#mode === WriteMode.Single) {
          this.file.NUM_CAPTURED.set(1);
          this.countArray();
        }
      } catch (error) {
        this.#report(`cannot write ${this.file.FULL_FILE_NAME.value || "the file"}: ${errorMessage(error)}`);
        await this.#format.abandon();
      }
      for (const frame of kept) frame.release();
      this.file.WRITE_FILE.set(0);
    });
    return this.#wholeFiles;
  }
}
