import type { ConvertProperties } from "../../channel/convert.js";
import type { DbfType, Value } from "../../channel/dbf.js";
import type { Properties } from "../../channel/provider.js";
import type { Timestamp } from "../../libcom/epicsTime.js";
import { type ParsedLink, parseLink } from "./parseLink.js";

export type LinkDirection = "INLINK" | "OUTLINK" | "FWDLINK";

/** Alarm and time of what an input link points at. */
export interface LinkAlarm {
  readonly status: number;
  readonly severity: number;
  readonly message: string;
}

/** What is at the other end of a link. */
export interface LinkTarget {
  readonly kind: "constant" | "db" | "ca" | "device" | "broken";
  readonly connected: boolean;
  /** Type of the values that `read` gives. */
  readonly type: DbfType;
  readonly elementCount: number;
  /** The value in the source's own type; undefined when there is none to be had. */
  read(): Value | undefined;
  /** How the values that `read` gives turn into text. */
  format(): ConvertProperties;
  /** False when the value could not be delivered. */
  write(value: Value, type: DbfType): boolean;
  /** Writes; the promise settles when what the write started has finished. */
  writeNotify(value: Value, type: DbfType): Promise<boolean>;
  /** Processes the record at the other end. */
  forward(): void;
  /** Alarm and time of the value that `read` gave last. */
  alarm(): LinkAlarm | undefined;
  time(): Timestamp | undefined;
  properties(): Properties | undefined;
  close(): void;
}

/** Stands behind links that were never opened, and behind forward links to nowhere. */
export class DeadTarget implements LinkTarget {
  readonly connected = false;
  readonly type = "DOUBLE";
  readonly elementCount = 0;
  constructor(readonly kind: "constant" | "device" | "broken") {}
  read(): undefined {}
  format(): ConvertProperties {
    return {};
  }
  write(): boolean {
    return this.kind !== "broken";
  }
  writeNotify(): Promise<boolean> {
    return Promise.resolve(this.write());
  }
  forward(): void {}
  alarm(): undefined {}
  time(): undefined {}
  properties(): undefined {}
  close(): void {}
}

const constantTarget = new DeadTarget("constant");

/** A link field of a record: its text, what the text means, and the other end once the IOC runs. */
export class Link {
  text = "";
  parsed: ParsedLink = { kind: "constant", text: "" };
  target: LinkTarget = constantTarget;

  constructor(readonly direction: LinkDirection) {}

  /** Takes a new text; the old other end is closed, the new one is opened by the engine. */
  setText(text: string): void {
    this.close();
    this.text = text.trim();
    this.parsed = parseLink(text, this.direction);
  }

  /** Constants, empty links and device addresses: nothing is read or written through them at run time. */
  get isConstant(): boolean {
    return this.target.kind === "constant" || this.target.kind === "device";
  }

  get isEmpty(): boolean {
    return this.text === "";
  }

  /** The text after `@`, or undefined when this is no device address. */
  get deviceParameters(): string | undefined {
    return this.parsed.kind === "device" ? this.parsed.parameters : undefined;
  }

  close(): void {
    this.target.close();
    this.target = constantTarget;
  }
}
