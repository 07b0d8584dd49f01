import type { CaReading } from "../ca/index.js";
import { elementCountOf } from "../channel/dbf.js";
import { formatFixed } from "../libcom/cFormat.js";
import { now, type Timestamp } from "../libcom/epicsTime.js";
import { severityText, statusText } from "./caExtraText.js";
import { secondsBetween, timeText } from "./caTimeText.js";
import type { ToolFormat } from "./caToolFormat.js";
import { elementTexts, longText } from "./caValueText.js";

const NAME_WIDTH = 30;

export type StampKind = "absolute" | "relative" | "incremental" | "incrementalByChannel";

export interface StampOptions {
  readonly kind: StampKind;
  readonly server: boolean;
  readonly client: boolean;
}

export const SERVER_STAMPS: StampOptions = { kind: "absolute", server: true, client: false };

interface StampPair {
  readonly server: Timestamp;
  readonly client: Timestamp;
}

/** A PV of the command line; one that is named twice is two of them. */
interface NamedPv {
  readonly name: string;
}

/** Name padded for scalars, and the separator. */
export function nameColumn(name: string, elementCount: number, format: ToolFormat): string {
  const padded = elementCount <= 1 && format.separator === " " ? name.padEnd(NAME_WIDTH) : name;
  return padded + format.separator;
}

/** Writes lines "name timestamp value stat sevr" and remembers what relative times refer to. */
export class WideLines {
  readonly #format: ToolFormat;
  readonly #stamps: StampOptions;
  readonly #started = now();
  readonly #seen = new Map<NamedPv, StampPair>();
  #first: Timestamp | undefined;
  #previous: StampPair | undefined;

  constructor(format: ToolFormat, stamps: StampOptions = SERVER_STAMPS) {
    this.#format = format;
    this.#stamps = stamps;
  }

  /** The line of a channel whose value is missing for a reason. */
  problem(name: string, text: string): string {
    return `${nameColumn(name, 0, this.#format)}${timeText(now())} *** ${text}\n`;
  }

  notFound(name: string): string {
    return `${nameColumn(name, 0, this.#format)}*** Not connected (PV not found)\n`;
  }

  line(pv: NamedPv, reading: CaReading): string {
    const { separator } = this.#format;
    const count = elementCountOf(reading.value);
    const { status, severity } = reading;
    const alarm =
      status !== 0 || severity !== 0
        ? `${separator}${statusText(status)}${separator}${severityText(severity)}`
        : separator + separator;
    return `${nameColumn(pv.name, count, this.#format)}${this.#stamp(pv, reading)}${this.#values(reading, count)}${alarm}\n`;
  }

  #values(reading: CaReading, count: number): string {
    const { separator } = this.#format;
    const text = longText(reading, this.#format);
    if (text !== undefined) return separator + text;
    const number = this.#format.count > 0 || count > 1 ? [String(count)] : [];
    return [...number, ...elementTexts(reading, this.#format)].map((item) => separator + item).join("");
  }

  #stamp(pv: NamedPv, reading: CaReading): string {
    const stamps = { server: reading.time, client: now() };
    this.#first ??= reading.time;
    const reference = this.#reference(pv);
    this.#previous = stamps;
    const seen = this.#seen.has(pv);
    if (!seen || this.#stamps.kind === "incrementalByChannel") this.#seen.set(pv, stamps);
    const { server, client } = this.#stamps;
    if (!seen || reference === undefined)
      return (server ? timeText(stamps.server) : "") + (client ? `(${timeText(stamps.client)})` : "");
    return (
      (server ? `              ${difference(stamps.server, reference.server)}` : "") +
      (client ? `              (${difference(stamps.client, reference.client)})` : "")
    );
  }

  #reference(pv: NamedPv): StampPair | undefined {
    switch (this.#stamps.kind) {
      case "relative":
        return { server: this.#first ?? this.#started, client: this.#started };
      case "incremental":
        return this.#previous;
      case "incrementalByChannel":
        return this.#seen.get(pv);
      default:
        return undefined;
    }
  }
}

function difference(later: Timestamp, earlier: Timestamp): string {
  const seconds = secondsBetween(later, earlier);
  const text = formatFixed(seconds, 6);
  return (seconds < 0 ? text : `+${text}`).padStart(12);
}
