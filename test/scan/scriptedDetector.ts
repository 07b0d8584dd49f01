import h5wasm from "h5wasm/node";
import { Subject, Subscription } from "rxjs";
import type { Value } from "../../src/channel/dbf.js";
import { toNumber } from "../../src/channel/number.js";
import { toText } from "../../src/channel/text.js";
import type { Pv } from "../../src/records/pv.js";
import { fileNameFrom } from "../../src/scan/overwrite.js";
import { becomes$, pressed$ } from "../../src/scan/steps.js";

export const WIDTH = 5;
export const HEIGHT = 4;

const MULTIPLE = 1;
const SOFTWARE = 2;

interface Frame {
  readonly id: number;
  readonly location: string;
  /** Where the stage was. */
  readonly angle: number;
}

/** Value of every pixel by destination, so that a file shows what was stored where. */
export const PIXELS: Readonly<Record<string, number>> = {
  "/exchange/data": 500,
  "/exchange/data_dark": 10,
  "/exchange/data_white": 1000,
};

/** Writes a file as the HDF5 plugin does with the Data Exchange layout. */
function writeFrames(path: string, frames: readonly Frame[]): void {
  const file = new h5wasm.File(path, "w");
  for (const group of ["exchange", "defaults"]) file.create_group(group);
  for (const name of Object.keys(PIXELS)) {
    const own = frames.filter(({ location }) => location === name);
    const count = Math.max(1, own.length);
    file.create_dataset({
      name: name.slice(1),
      data: new Uint16Array(count * WIDTH * HEIGHT).fill(own.length > 0 ? (PIXELS[name] ?? 0) : 0),
      shape: [count, HEIGHT, WIDTH],
      maxshape: [null, HEIGHT, WIDTH],
      chunks: [1, HEIGHT, WIDTH],
      dtype: "<H",
    });
  }
  const ids = Int32Array.from(frames, ({ id }) => id);
  file.create_dataset({ name: "defaults/NDArrayUniqueId", data: ids, shape: [ids.length], dtype: "<i" });
  file.create_dataset({
    name: "defaults/HDF5FrameLocation",
    data: frames.map(({ location }) => location),
    shape: [frames.length],
    dtype: "S256",
  });
  file.close();
}

/** Camera, file plugin and circular buffer over plain records: what the scan server sees of areaDetector, and no more. */
export class ScriptedDetector {
  readonly life = new Subscription();
  /** Every frame the camera took. */
  readonly frames: Frame[] = [];
  /** Each frame as it is taken. */
  readonly taken$ = new Subject<Frame>();
  /** False: the camera takes frames that reach nobody. */
  delivering = true;
  /** False: the file plugin does not close its file. */
  closing = true;
  /** So many of the next frames reach no plugin. */
  unstored = 0;
  /** False: plugins that the camera waits for never get rid of its frames. */
  draining = true;
  /** False: the ring, once triggered, emits nothing. */
  flushing = true;
  /** So many frames wait in the file plugin's queue. */
  queued = 0;
  /** So many of the next triggers are lost. */
  missing = 0;
  /** So many of the next frames are numbered, but lost on their way. */
  lost = 0;
  /** So much later than their triggers frames come. */
  lateMilliseconds = 0;
  readonly #pvs = new Map<string, Pv>();
  #file: Frame[] | undefined;
  #queue: Frame[] = [];
  #ring: Frame[] = [];
  #ringTriggered = false;
  /** Frames that the ring has passed on since it was triggered. */
  #passed = 0;
  #taken = 0;
  #numbered = 0;
  /** Of this acquisition. */
  #started = 0;
  #delivered = 0;
  #running: NodeJS.Timeout | undefined;

  constructor(
    private readonly pv: (name: string) => Pv,
    private readonly get: (name: string) => Value,
    private readonly prefix: string,
    private readonly server: string,
  ) {
    const on = (name: string, value: number, action: () => void): void =>
      void this.life.add(becomes$(this.at(name), value).subscribe(action));
    on("cam1:Acquire", 1, () => this.acquire());
    this.life.add(
      pressed$(this.at("cam1:TriggerSoftware")).subscribe(() => {
        this.set("cam1:TriggerSoftware", 0);
        if (this.number("cam1:TriggerSource") === SOFTWARE) this.expose(Number.NaN);
      }),
    );
    on("cam1:Acquire", 0, () => this.stop());
    on("HDF1:Capture", 1, () => this.openFile());
    on("HDF1:Capture", 0, () => this.closeFile());
    this.life.add(pressed$(this.at("CB1:Capture")).subscribe(() => this.startRing()));
    on("CB1:Capture", 0, () => this.set("CB1:Capture_RBV", 0));
    on("CB1:Trigger", 1, () => {
      this.#ringTriggered = true;
      this.set("CB1:Trigger_RBV", 1);
    });
    for (const [from, to] of [
      ["HDF1:FilePath", "HDF1:FilePath_RBV"],
      ["HDF1:FileName", "HDF1:FileName_RBV"],
    ] as const)
      this.life.add(this.at(from).sample$.subscribe(({ value }) => this.set(to, toText(value))));
  }

  /** A trigger of the stage, at this angle. */
  trigger(angle: number): void {
    if (this.number("cam1:TriggerSource") !== SOFTWARE) this.expose(angle);
  }

  private acquire(): void {
    this.#taken = 0;
    this.#numbered = 0;
    this.#started = 0;
    this.#delivered = 0;
    this.set("cam1:StartedFrameCount", 0);
    this.set("cam1:DeliveredFrameCount", 0);
    this.#queue = [];
    this.set("cam1:NumImagesCounter_RBV", 0);
    this.set("cam1:AcquireBusy", 1);
    if (this.number("cam1:TriggerMode") === 0 && this.number("cam1:ImageMode") === MULTIPLE)
      this.#running = setInterval(() => this.begin(Number.NaN), 1);
  }

  private expose(angle: number): void {
    if (this.number("cam1:Acquire") !== 1 || this.number("cam1:TriggerMode") !== 1) return;
    if (this.missing > 0) this.missing -= 1;
    else if (this.lost > 0) {
      this.lost -= 1;
      this.#numbered += 1;
    } else this.begin(angle);
  }

  /** A frame goes where HDF5Location says when it is exposed. */
  private begin(angle: number): void {
    const location = toText(this.get(`${this.server}HDF5Location`));
    this.#started += 1;
    this.set("cam1:StartedFrameCount", this.#started);
    if (this.lateMilliseconds === 0) this.take(angle, location);
    else setTimeout(() => this.takeLate(angle, location), this.lateMilliseconds);
  }

  private takeLate(angle: number, location: string): void {
    if (!this.life.closed && this.number("cam1:Acquire") === 1) this.take(angle, location);
  }

  private take(angle: number, location: string): void {
    this.#delivered += 1;
    this.set("cam1:DeliveredFrameCount", this.#delivered);
    this.#taken += 1;
    this.#numbered += 1;
    const frame = { id: this.#numbered, location, angle };
    this.frames.push(frame);
    this.taken$.next(frame);
    this.set("cam1:UniqueId_RBV", frame.id);
    this.set("cam1:NumImagesCounter_RBV", this.#taken);
    if (!this.delivering) return;
    if (this.unstored > 0) this.unstored -= 1;
    else this.deliver(frame);
    if (this.number("cam1:ImageMode") === MULTIPLE && this.#taken >= this.number("cam1:NumImages"))
      this.set("cam1:Acquire", 0);
  }

  private deliver(frame: Frame): void {
    if (this.text("HDF1:NDArrayPort") === "SP1") this.enqueue(frame);
    this.keep(frame);
  }

  private stop(): void {
    clearInterval(this.#running);
    if (this.draining) this.set("cam1:AcquireBusy", 0);
  }

  close(): void {
    clearInterval(this.#running);
    this.life.unsubscribe();
  }

  private openFile(): void {
    const template = this.text("HDF1:FileTemplate");
    const path = this.text("HDF1:FilePath_RBV");
    const number = this.number("HDF1:FileNumber");
    this.#file = [];
    this.set("HDF1:NumCaptured_RBV", 0);
    this.set("HDF1:FullFileName_RBV", fileNameFrom(template, path, this.text("HDF1:FileName_RBV"), number));
    if (this.number("HDF1:AutoIncrement") === 1) this.set("HDF1:FileNumber", number + 1);
    this.set("HDF1:Capture_RBV", 1);
  }

  private enqueue(frame: Frame): void {
    this.#queue.push(frame);
    while (this.#queue.length > this.queued) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.set("HDF1:UniqueId_RBV", next.id);
      this.store(next);
    }
  }

  private store(frame: Frame): void {
    if (this.#file === undefined) return;
    this.#file.push(frame);
    this.set("HDF1:NumCaptured_RBV", this.#file.length);
    const wanted = this.number("HDF1:NumCapture");
    if (wanted > 0 && this.#file.length >= wanted) this.closeFile();
  }

  private closeFile(): void {
    const frames = this.#file;
    if (frames === undefined || !this.closing) return;
    this.#file = undefined;
    if (frames.length > 0) writeFrames(this.text("HDF1:FullFileName_RBV"), frames);
    this.set("HDF1:Capture_RBV", 0);
    this.set("HDF1:Capture", 0);
  }

  private startRing(): void {
    this.#ring = [];
    this.#ringTriggered = false;
    this.#passed = 0;
    this.set("CB1:CurrentQty_RBV", 0);
    this.set("CB1:Trigger_RBV", 0);
    this.set("CB1:Trigger", 0);
    this.set("CB1:Capture_RBV", 1);
    this.set("CB1:StatusMessage", "Buffer filling");
  }

  private keep(frame: Frame): void {
    if (this.number("CB1:EnableCallbacks") !== 1 || this.number("CB1:Capture_RBV") !== 1) return;
    if (this.#ringTriggered && !this.flushing) return;
    if (this.#ringTriggered) {
      for (const kept of this.#ring) this.store(kept);
      this.#ring = [];
      if (this.text("HDF1:NDArrayPort") === "CB1") this.store(frame);
      this.#passed += 1;
      if (this.#passed >= this.number("CB1:PostCount")) this.set("CB1:Capture", 0);
      return;
    }
    this.#ring.push(frame);
    if (this.#ring.length > this.number("CB1:PreCount")) this.#ring.shift();
    this.set("CB1:CurrentQty_RBV", this.#ring.length);
  }

  private at(name: string): Pv {
    const known = this.#pvs.get(name) ?? this.pv(this.prefix + name);
    this.#pvs.set(name, known);
    return known;
  }

  private set(name: string, value: number | string): void {
    this.at(name).write(value);
  }

  private number(name: string): number {
    return toNumber(this.get(this.prefix + name));
  }

  private text(name: string): string {
    return toText(this.get(this.prefix + name));
  }
}
