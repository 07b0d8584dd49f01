import { appendFileSync } from "node:fs";
import { type Observable, Subject } from "rxjs";
import { errorMessage } from "../../libcom/errorMessage.js";
import { escapeText } from "../../libcom/escape.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import { strftime } from "../../libcom/strftime.js";
import type { AsynTraceMasks } from "../../records/asynDevice.js";

/** Bits of a trace mask by their names without asyn's prefixes. */
export const TRACE_BITS = { ERROR: 1, DEVICE: 2, FILTER: 4, DRIVER: 8, FLOW: 16, WARNING: 32 } as const;

/** How traced data are shown. */
export const TRACE_IO_BITS = { NODATA: 0, ASCII: 1, ESCAPE: 2, HEX: 4 } as const;

/** What is before a traced line. */
export const TRACE_INFO_BITS = { TIME: 1, PORT: 2, SOURCE: 4, THREAD: 8 } as const;

export const printToConsole = (text: string): void => {
  process.stderr.write(text);
};

const BYTES_PER_LINE = 20;

/** What a port tells of its traffic, in the words of asynManager; to the console unless `print` goes elsewhere. */
export class PortTrace implements AsynTraceMasks {
  print: (text: string) => void;
  readonly #changes = new Subject<void>();
  /** Every change of the masks and of the file. */
  readonly changes$: Observable<void> = this.#changes.asObservable();
  readonly #settings = {
    mask: TRACE_BITS.ERROR as number,
    ioMask: TRACE_IO_BITS.NODATA as number,
    infoMask: TRACE_INFO_BITS.TIME as number,
    truncateSize: 80,
  };

  constructor(
    private readonly portName: string,
    print: (text: string) => void = printToConsole,
  ) {
    this.print = print;
  }

  get mask(): number {
    return this.#settings.mask;
  }

  set mask(mask: number) {
    this.#set("mask", mask);
  }

  get ioMask(): number {
    return this.#settings.ioMask;
  }

  set ioMask(mask: number) {
    this.#set("ioMask", mask);
  }

  get infoMask(): number {
    return this.#settings.infoMask;
  }

  set infoMask(mask: number) {
    this.#set("infoMask", mask);
  }

  /** At most so many bytes of a message are shown. */
  get truncateSize(): number {
    return this.#settings.truncateSize;
  }

  set truncateSize(size: number) {
    this.#set("truncateSize", Math.max(0, size));
  }

  /** Where it is told: a file, or the console for no name, `<stdout>`, `<stderr>` and `<errlog>`. */
  setFile(name: string): Result<void> {
    const print = traceWriter(name);
    if (!print.ok) return print;
    this.print = print.value;
    this.#changes.next();
    return ok(undefined);
  }

  /** Tells of something that failed. */
  error(text: string): void {
    if ((this.mask & TRACE_BITS.ERROR) !== 0) this.print(`${this.#prefix()}${text}\n`);
  }

  #set(name: "mask" | "ioMask" | "infoMask" | "truncateSize", value: number): void {
    this.#settings[name] = value;
    this.#changes.next();
  }

  /** Tells of bytes that went to the device or came from it. */
  driverIo(device: string, action: "read" | "write", data: Uint8Array): void {
    if ((this.mask & TRACE_BITS.DRIVER) === 0) return;
    const shown = Buffer.from(data.subarray(0, this.truncateSize));
    this.print(`${this.#prefix()}${device} ${action} ${data.length}\n${this.#shown(shown)}`);
  }

  #prefix(): string {
    const time =
      (this.infoMask & TRACE_INFO_BITS.TIME) === 0
        ? ""
        : `${strftime("%Y/%m/%d %H:%M:%S.%03f", new Date())} `;
    const port = (this.infoMask & TRACE_INFO_BITS.PORT) === 0 ? "" : `[${this.portName},-1,0] `;
    return time + port;
  }

  #shown(data: Buffer): string {
    if (this.ioMask === TRACE_IO_BITS.NODATA || this.truncateSize === 0) return "\n";
    const text = data.toString("latin1");
    const has = (bit: number): boolean => (this.ioMask & bit) !== 0;
    return [
      has(TRACE_IO_BITS.ASCII) && data.length > 0 ? `${text}\n` : "",
      has(TRACE_IO_BITS.ESCAPE) && data.length > 0 ? `${escapeText(text)}\n` : "",
      has(TRACE_IO_BITS.HEX) ? `${hexLines(data)}\n` : "",
    ].join("");
  }
}

const CONSOLE: Readonly<Record<string, (text: string) => void>> = {
  "": (text) => void process.stdout.write(text),
  "<stdout>": (text) => void process.stdout.write(text),
  "<stderr>": printToConsole,
  "<errlog>": printToConsole,
};

/** Appends to a file; what that does not take goes to the console. */
function traceWriter(name: string): Result<(text: string) => void> {
  const toConsole = CONSOLE[name];
  if (toConsole !== undefined) return ok(toConsole);
  const append = (text: string): Result<void> => {
    try {
      return ok(appendFileSync(name, text));
    } catch (error) {
      return failed(errorMessage(error));
    }
  };
  const opened = append("");
  if (!opened.ok) return opened;
  return ok((text) => {
    if (!append(text).ok) printToConsole(text);
  });
}

const hexLines = (data: Buffer): string =>
  Array.from(data, (byte, index) => {
    const lineFeed = index % BYTES_PER_LINE === 0 ? "\n" : "";
    return `${lineFeed}${byte.toString(16).padStart(2, "0")} `;
  }).join("");

/**
 * A mask as asyn's shell commands take it: a number, or names joined by `|` or `+`, with or without their prefix ASYN_TRACE_,
 * ASYN_TRACEIO_ or ASYN_TRACEINFO_. Undefined when a name is none.
 */
export function parseTraceMask(text: string, bits: Readonly<Record<string, number>>): number | undefined {
  if (/^\s*(0x[0-9a-f]+|\d+)\s*$/i.test(text)) return Number(text);
  let mask = 0;
  for (const word of text.split(/[|+]/)) {
    const name = word
      .trim()
      .toUpperCase()
      .replace(/^(ASYN_)?(TRACE(IO|INFO)?_)?/, "");
    const bit = bits[name];
    if (bit === undefined) return undefined;
    mask |= bit;
  }
  return mask;
}
