import { rm } from "node:fs/promises";
import { errorMessage } from "../../libcom/errorMessage.js";
import { makeParameters } from "../asyn/defineDriver.js";
import type { Parameter } from "../asyn/portDriver.js";
import { type NDArray, type NDArrayHeader, type NDArrayInfo, withStamps } from "../ndarray/ndArray.js";
import { setIfChanged } from "../ndarray/ndArrayParameters.js";
import { closesFile, driverFileOf, isMeantFor, namingOf } from "./fileDirections.js";
import type { FileFormat, FrameCount } from "./fileFormat.js";
import { FileNamer, keepAs } from "./fileNames.js";
import { type FileParameters, fileParameters } from "./fileParameters.js";
import { type FileSession, keepsNaming, newSession } from "./fileSession.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";

/** WRITE_MODE: every file one frame, frames gathered in memory, or frames written as they come. */
const WriteMode = { Single: 0, Capture: 1, Stream: 2 } as const;

/** Clients poll Capture_RBV every 10 ms and must see it at 1. */
const SHORTEST_CAPTURE_MS = 50;

const sameShape = (a: NDArrayInfo, b: NDArrayInfo): boolean =>
  a.dataType === b.dataType &&
  a.dimensions.length === b.dimensions.length &&
  a.dimensions.every(({ size }, index) => size === b.dimensions[index]?.size);

const FRAMES_BEING_WRITTEN = 4;

/** What all file-writing plugins share: names, modes, capture (NDPluginFile). */
export class NDPluginFile extends NDPlugin {
  protected override get concurrency(): number {
    return FRAMES_BEING_WRITTEN;
  }

  protected readonly file: FileParameters;
  /** After `close()`: settles when the last file is closed. */
  closed: Promise<void> = Promise.resolve();
  readonly #format: FileFormat;
  readonly #namer: FileNamer;
  #session: FileSession | undefined;
  #rehearsed = false;
  #captured: NDArray[] = [];
  /** AutoSave is writing what was gathered. */
  #isSavingCaptured = false;
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
    this.#namer = new FileNamer(file, this.log);
    this.base.ARRAY_CALLBACKS.set(0);
    file.CAPTURE.handleWrites((on) => (on === 0 ? this.#stopCapture() : this.#startCapture()));
    file.WRITE_FILE.handleWrites((on) => (on === 0 ? undefined : this.#writeOnRequest()));
    file.READ_FILE.handleWrites(() => {
      this.#report("reading files is not supported");
      return 0;
    });
    file.FREE_CAPTURE.handleWrites(() => this.#freeCaptured());
  }

  /** A capture in Stream mode is under way. */
  protected get isCapturing(): boolean {
    return this.#session !== undefined;
  }

  get #mode(): number {
    return this.file.WRITE_MODE.value ?? WriteMode.Single;
  }

  protected override countsInput(): boolean {
    return false;
  }

  protected override process(input: NDArray): void | Promise<void> {
    if (!isMeantFor(this.portName, input)) return;
    const frame = this.#asStored(input);
    switch (this.#mode) {
      case WriteMode.Single:
        return this.file.AUTO_SAVE.value === 1 ? this.#saveByItself(frame) : undefined;
      case WriteMode.Capture:
        return this.file.CAPTURE.value === 1 ? this.#gather(frame) : undefined;
      default:
        return this.#stream(frame);
    }
  }

  /** With the attributes of this plugin's own file; those of the frame go before them. */
  #asStored(frame: NDArray): NDArray {
    const own = this.ownAttributes();
    return own.length === 0 ? frame : withStamps(frame, { attributes: [...own, ...frame.attributes] });
  }

  protected override onClose(): void {
    this.#freeCaptured();
    const ended = this.#session === undefined ? this.#wholeFiles : this.#end(this.#session);
    this.closed = ended.then(() => this.#format.dispose());
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
    setIfChanged(file.FULL_FILE_NAME, "");
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
   * Names the file and claims it on disk, so that a bad directory shows at once; with LazyOpen the first frame does. The
   * first frame opens it: only that frame tells the shape, the type and the attributes for certain.
   */
  async #startStream(): Promise<number> {
    const { file } = this;
    try {
      if ((file.NUM_CAPTURE.value ?? 0) < 0)
        throw new Error(`NumCapture ${file.NUM_CAPTURE.value} is negative`);
      this.#format.prepare();
      const { isMultiFrame } = this.#format;
      const isLazy = file.FILE_LAZY_OPEN.value === 1;
      const namedByFrames =
        isMultiFrame && this.lastInput !== undefined && namingOf(this.lastInput).name !== undefined;
      const names = isLazy || namedByFrames || !isMultiFrame ? undefined : await this.#namer.claim();
      if (isLazy && isMultiFrame) file.WRITE_MESSAGE.set("Lazy Open...");
      file.NUM_CAPTURED.set(0);
      file.WRITE_FILE.set(1);
      const started = performance.now();
      this.#session = newSession({ names, namedByFrames, started });
      return 1;
    } catch (error) {
      this.#report(`cannot open ${this.#shownName}: ${errorMessage(error)}`);
      return 0;
    }
  }

  async #stopCapture(): Promise<number> {
    if (this.#session !== undefined) await this.#end(this.#session);
    return 0;
  }

  async #stream(frame: NDArray): Promise<void> {
    if (this.#session === undefined) this.#rehearse(frame);
    const session = this.#session?.namedByFrames ? this.#sessionFor(frame, this.#session) : this.#session;
    if (session === undefined || session.complete || session.ending !== undefined || session.failed) return;
    const wanted = this.file.NUM_CAPTURE.value ?? 0;
    if (session.opened !== undefined && !sameShape(session.opened.first, frame)) {
      this.#report(
        `Invalid frame. Ignoring. Frame ${frame.uniqueId} has another shape or type than the first`,
      );
      this.countArray();
      return;
    }
    if (session.opened !== undefined) this.#clearStatus();
    session.accepted += 1;
    const writing = this.#writeTo(session, frame, wanted);
    session.writing.add(writing);
    const isLast = (wanted > 0 && session.accepted >= wanted) || closesFile(frame);
    session.complete = isLast;
    await writing;
    session.writing.delete(writing);
    if (this.#session === session && (session.failed || isLast)) void this.#end(session);
  }

  /** The file that a frame is meant for: the present one, or another after it. */
  #sessionFor(frame: NDArray, session: FileSession): FileSession {
    const wanted = namingOf(frame);
    session.naming ??= wanted;
    const present = session.naming;
    if (keepsNaming(wanted, present) || session.complete || session.ending !== undefined) return session;
    this.#session = newSession({
      names: undefined,
      namedByFrames: true,
      naming: { name: wanted.name ?? present.name, number: wanted.number ?? present.number },
      started: session.started,
      before: this.#closeFile(session),
    });
    return this.#session;
  }

  /** Once: what is different when a file is opened costs little then. */
  #rehearse(frame: NDArray): void {
    if (this.#rehearsed) return;
    this.#rehearsed = true;
    this.#format.rehearse?.(frame, this.file.NUM_CAPTURE.value ?? 0);
  }

  /** Never rejects: a failure ends the session. */
  async #writeTo(session: FileSession, frame: NDArray, expectedFrames: number): Promise<void> {
    try {
      if (this.#format.isMultiFrame) {
        session.opened ??= { first: frame, done: this.#open(session, frame, expectedFrames) };
        await session.opened.done;
        if (session.failed) return;
        await this.#format.write(frame);
      } else {
        session.opened ??= { first: frame, done: Promise.resolve() };
        await this.#inTurn(() => this.#writeFile([frame], "single"));
      }
      this.file.NUM_CAPTURED.set((this.file.NUM_CAPTURED.value ?? 0) + 1);
      this.countArray();
      await this.#deleteDriverFile(frame);
    } catch (error) {
      if (!session.failed) this.#report(`cannot write ${this.#shownName}: ${errorMessage(error)}`);
      session.failed = true;
    }
  }

  async #open(session: FileSession, first: NDArrayHeader, expectedFrames: number): Promise<void> {
    await session.before;
    if (session.names === undefined) {
      if (session.naming !== undefined) this.#namer.take(session.naming);
      this.file.NUM_CAPTURED.set(0);
      session.names = await this.#namer.claim();
      this.#clearStatus();
    }
    await this.#format.open(session.names.temporaryPath, first, expectedFrames);
  }

  get #shownName(): string {
    return this.file.FULL_FILE_NAME.value || "the file";
  }

  /** DeleteDriverFile: what the driver wrote itself is not needed once the frame is stored here. */
  async #deleteDriverFile(frame: NDArrayInfo): Promise<void> {
    const name = this.file.DELETE_DRIVER_FILE.value === 1 ? driverFileOf(frame) : undefined;
    if (name === undefined) return;
    await rm(name).catch((error: unknown) => this.log.warn(`DeleteDriverFile: ${errorMessage(error)}`));
  }

  /** Closes the file once; CAPTURE goes to 0 when it can be read. */
  #end(session: FileSession): Promise<void> {
    session.ending ??= this.#finish(session);
    return session.ending;
  }

  async #finish(session: FileSession): Promise<void> {
    await this.#closeFile(session);
    const remaining = SHORTEST_CAPTURE_MS - (performance.now() - session.started);
    if (remaining > 0) await new Promise((resolve) => setTimeout(resolve, remaining));
    this.#session = undefined;
    this.file.WRITE_FILE.set(0);
    this.file.CAPTURE.set(0);
  }

  /** Once all its frames are written. Never rejects. */
  async #closeFile(session: FileSession): Promise<void> {
    await session.before;
    await Promise.all(session.writing);
    try {
      if (session.failed) await this.#format.abandon();
      else await this.#closeStream(session);
    } catch (error) {
      this.#report(`cannot close ${this.#shownName}: ${errorMessage(error)}`);
      await this.#format.abandon();
    }
  }

  /**
   * A capture that got no frame leaves a file without frames where the last one tells its shape, else none; nor does one that would
   * have begun its file with the first frame.
   */
  async #closeStream(session: FileSession): Promise<void> {
    if (!this.#format.isMultiFrame) return;
    if (session.opened === undefined) {
      if (session.names === undefined) return;
      if (this.lastInput === undefined) {
        await rm(session.names.temporaryPath, { force: true });
        return;
      }
      await this.#open(session, this.lastInput, 0);
    }
    await this.#format.close();
    if (session.names !== undefined) await keepAs(session.names);
  }

  #gather(frame: NDArray): void | Promise<void> {
    if (this.#isSavingCaptured) return;
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
    return this.#saveCaptured();
  }

  async #saveCaptured(): Promise<void> {
    this.#isSavingCaptured = true;
    await this.#writeCaptured();
    this.#isSavingCaptured = false;
    this.file.CAPTURE.set(0);
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
    else if (this.lastInput === undefined) this.#report("no frame was received that could be written");
    else if (this.#mode === WriteMode.Stream) await this.#streamOnRequest(this.#asStored(this.lastInput));
    else await this.#writeWhole([this.#asStored(this.lastInput)]);
    return this.#session === undefined ? 0 : 1;
  }

  async #streamOnRequest(frame: NDArray): Promise<void> {
    if (this.#session === undefined) {
      this.#report("no file is open: WriteFile in Stream mode needs Capture");
      return;
    }
    const kept = frame.retain();
    await this.#stream(kept);
    kept.release();
  }

  /** AutoSave in Single mode; only these count in ArrayCounter, not those that WriteFile asks for. */
  async #saveByItself(frame: NDArray): Promise<void> {
    await this.#writeWhole([frame]);
    this.countArray();
  }

  /** These frames in one file, or in one for each. Never rejects. */
  #writeWhole(frames: readonly NDArray[]): Promise<void> {
    if (frames.length === 0) return Promise.resolve();
    const kept = frames.map((frame) => frame.retain());
    return this.#inTurn(async () => {
      this.#clearStatus();
      this.file.WRITE_FILE.set(1);
      try {
        this.#format.prepare();
        const isSingle = this.#mode === WriteMode.Single;
        for (const file of this.#format.isMultiFrame ? [kept] : kept.map((frame) => [frame]))
          await this.#writeFile(file, isSingle ? "single" : file.length);
        for (const frame of kept) await this.#deleteDriverFile(frame);
        if (isSingle) this.file.NUM_CAPTURED.set(1);
      } catch (error) {
        this.#report(`cannot write ${this.#shownName}: ${errorMessage(error)}`);
        await this.#format.abandon();
      }
      for (const frame of kept) frame.release();
      this.file.WRITE_FILE.set(0);
    });
  }

  /** One file, from opening to closing. */
  async #writeFile(frames: readonly NDArray[], expectedFrames: FrameCount): Promise<void> {
    const [first] = frames;
    if (first === undefined) return;
    this.#namer.take(namingOf(frames.at(-1) ?? first));
    const names = this.#namer.next();
    await this.#format.open(names.temporaryPath, first, expectedFrames);
    for (const frame of frames) await this.#format.write(frame);
    await this.#format.close();
    await keepAs(names);
  }

  /** Does something with a whole file once those before it are written. */
  #inTurn(write: () => Promise<void>): Promise<void> {
    const turn = this.#wholeFiles.then(write);
    this.#wholeFiles = turn.catch(() => {});
    return turn;
  }
}
