import { basename } from "node:path";
import { timerMs } from "../../libcom/timerMs.js";
import { openSavedPv, type PvPlaces, type SavedPv } from "./savedPv.js";
import { formatSaveFile, valuesText } from "./saveFile.js";

/** When a set is saved; the numbers are those of the SR_n_State records. */
export const SaveMethod = { periodic: 1, triggered: 2, monitored: 12, manual: 16 } as const;
export type SaveMethodName = keyof typeof SaveMethod;

export interface SaveSetOptions {
  readonly requestFile: string;
  readonly pvs: readonly string[];
  /** Macros of the request file; SAVEPATHPV, SAVENAMEPV and CONFIGMENU mean something to autosave itself. */
  readonly macros: Readonly<Record<string, string>>;
  readonly method: SaveMethodName;
  /** Seconds between saves of a periodic or monitored set. */
  readonly periodSeconds: number;
  /** The PV whose changes save a triggered set. */
  readonly trigger?: string | undefined;
  /** Has somebody switched saving off? What would save by itself waits; manual_save does not. */
  readonly isDisabled: () => boolean;
  /** Writes the text; says whether it could. */
  readonly save: (set: SaveSet, text: string) => boolean;
}

/** `auto_settings.req` is saved in `auto_settings.sav`. */
const saveFileNameOf = (requestFile: string): string => `${basename(requestFile).replace(/\.req$/, "")}.sav`;

/** PVs that are saved together, and the timer or monitors that say when. */
export class SaveSet {
  readonly requestFile: string;
  readonly method: SaveMethodName;
  saveFile: string;
  lastSaved: Date | undefined;
  /** Where it was saved last. */
  lastFile: string | undefined;
  private readonly pvs: readonly SavedPv[];
  private readonly stops: (() => void)[] = [];
  private changed = false;
  private waiting = false;

  constructor(
    places: PvPlaces,
    private readonly options: SaveSetOptions,
  ) {
    this.requestFile = options.requestFile;
    this.method = options.method;
    this.saveFile = saveFileNameOf(options.requestFile);
    this.pvs = options.pvs.map((name) => openSavedPv(places, name));
    if (options.method === "monitored") this.watch();
    if (options.method === "monitored" || options.method === "periodic") this.startTimer();
    if (options.trigger !== undefined) this.watchTrigger(openSavedPv(places, options.trigger));
  }

  get macros(): Readonly<Record<string, string>> {
    return this.options.macros;
  }

  get periodSeconds(): number {
    return this.options.periodSeconds;
  }

  get trigger(): string | undefined {
    return this.options.trigger;
  }

  /** The PV that says in which directory to save. */
  get pathPv(): string | undefined {
    return this.macros["SAVEPATHPV"];
  }

  /** The PV that says under which name to save. */
  get namePv(): string | undefined {
    return this.macros["SAVENAMEPV"];
  }

  /** Are there a backup and sequence files? Not where PVs or configMenu name the file. */
  get keepsCopies(): boolean {
    return this.pathPv === undefined && this.namePv === undefined && this.macros["CONFIGMENU"] === undefined;
  }

  /** Each PV with its present value, for reports. */
  pvLines(): readonly string[] {
    return this.pvs.map((pv) => {
      const value = pv.value();
      return value === undefined ? `\t${pv.name} not connected` : `\t${pv.name} ${valuesText(value)}`;
    });
  }

  get size(): number {
    return this.pvs.length;
  }

  /** The PVs that are not connected. */
  get missing(): readonly string[] {
    return this.pvs.filter(({ connected }) => !connected).map(({ name }) => name);
  }

  /** Are there PVs of other IOCs, which take time to connect? */
  get isElsewhere(): boolean {
    return this.pvs.some(({ isElsewhere }) => isElsewhere);
  }

  /** Resolves when all PVs have values, or when they have had time enough for it. */
  async settled(timeoutSeconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutSeconds * 1000);
      timer.unref();
    });
    this.stops.push(() => clearTimeout(timer));
    await Promise.race([Promise.all(this.pvs.map(({ ready }) => ready)), enough]);
    clearTimeout(timer);
  }

  /** Saves now, changed or not; false when the file could not be written. */
  save(): boolean {
    const entries = this.pvs.map((pv) => ({ name: pv.name, value: pv.value() }));
    const date = new Date();
    this.changed = false;
    if (!this.options.save(this, formatSaveFile(entries, date))) {
      this.changed = true;
      return false;
    }
    this.lastSaved = date;
    return true;
  }

  /** Saves what has changed since the last save. */
  saveChanges(): void {
    if (this.changed) this.save();
  }

  /** Saves what had to wait while saving was switched off. */
  saveWaiting(): void {
    if (this.waiting && !this.options.isDisabled()) this.saveUnlessDisabled();
  }

  private saveUnlessDisabled(): void {
    this.waiting = this.options.isDisabled();
    if (!this.waiting) this.save();
  }

  stop(): void {
    for (const stop of this.stops) stop();
    for (const pv of this.pvs) pv.close();
  }

  private watch(): void {
    for (const pv of this.pvs) {
      const stop = pv.watch(() => {
        this.changed = true;
      });
      this.stops.push(stop);
    }
  }

  private startTimer(): void {
    const tick = () => {
      if (this.method === "periodic" || this.changed) this.saveUnlessDisabled();
    };
    const timer = setInterval(tick, timerMs(Math.max(1, this.options.periodSeconds)));
    timer.unref();
    this.stops.push(() => clearInterval(timer));
  }

  private watchTrigger(trigger: SavedPv): void {
    const stop = trigger.watch((value) => {
      if (value !== 0) this.saveUnlessDisabled();
    });
    this.stops.push(stop, () => trigger.close());
  }
}
