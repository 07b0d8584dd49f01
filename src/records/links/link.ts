import type { ConvertProperties } from "../../channel/convert.js";
import type { DbfType, Value } from "../../channel/dbf.js";
import type { Properties } from "../../channel/provider.js";
import type { Timestamp } from "../../libcom/epicsTime.js";
import type { LinkDirection } from "./linkDirection.js";
import { type ParsedLink, parseLink } from "./parseLink.js";

/** Alarm and time of what an input link points at. */
export interface LinkAlarm {
  readonly status: number;
  readonly severity: number;
  readonly message: string;
}

/** The source is itself a link, the characters of one (`INP$`), or the record type of RTYP. */
export type TextOnly = "link" | "linkChars" | "attribute";

/** What is at the other end of a link. */
export interface LinkTarget {
  readonly kind: "constant" | "db" | "ca" | "state" | "json" | "device" | "broken";
  readonly connected: boolean;
  /** Type of the values that `read` gives. */
  readonly type: DbfType;
  readonly elementCount: number;
  /** The source has only a text to be read. */
  readonly textOf?: TextOnly | undefined;
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
  /** Processes the record at the other end where it is passive; settles when all that this started has finished. */
  processNotify(): Promise<void>;
  /** Alarm and time of the value that `read` gave last. */
  alarm(): LinkAlarm | undefined;
  time(): Timestamp | undefined;
  /** UTAG of the record at the other end, where the link can tell it. */
  userTag?(): bigint;
  properties(): Properties | undefined;
  /** A line for dbjlr, of targets that have more to tell than their link. */
  report?(level: number): string;
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
  processNotify(): Promise<void> {
    return Promise.resolve();
  }
  alarm(): undefined {}
  time(): undefined {}
  properties(): undefined {}
  close(): void {}
}

const constantTarget = new DeadTarget("constant");
const emptyLink: ParsedLink = { kind: "constant", text: "" };

/** What a link field of a record holds: its text, what the text means, and the other end once the IOC runs. */
export class Link {
  #target: LinkTarget = constantTarget;
  /**
   * Constants, empty links and device addresses: nothing is read or written through them at run time. Each processing asks this of five
   * links, so it is kept rather than found out.
   */
  isConstant = true;

  private constructor(
    readonly direction: LinkDirection,
    readonly text: string,
    readonly parsed: ParsedLink,
  ) {}

  static readonly #empty: Readonly<Record<LinkDirection, Link>> = {
    INLINK: new Link("INLINK", "", emptyLink),
    OUTLINK: new Link("OUTLINK", "", emptyLink),
    FWDLINK: new Link("FWDLINK", "", emptyLink),
  };

  /** A new text is a new link, which the engine opens. All empty links are one: most fields stay empty for ever. */
  static of(direction: LinkDirection, text: string): Link {
    const trimmed = text.trim();
    if (trimmed === "") return Link.#empty[direction];
    return new Link(direction, trimmed, parseLink(trimmed, direction));
  }

  get target(): LinkTarget {
    return this.#target;
  }

  set target(target: LinkTarget) {
    this.#target = target;
    this.isConstant = target.kind === "constant" || target.kind === "device";
  }

  /** The text as clients read it: the target with all modifiers spelled. */
  get shown(): string {
    const { parsed } = this;
    if (parsed.kind !== "pv") return this.text;
    if (this.direction === "FWDLINK") return parsed.ca ? `${parsed.target} CA` : parsed.target;
    return `${parsed.target} ${parsed.access} ${parsed.severity}`;
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
