import { DecodeError } from "../data/byteReader.js";
import { Flag, HEADER_BYTES, MAGIC, type Role } from "./header.js";

export interface ApplicationMessage {
  readonly kind: "application";
  readonly command: number;
  readonly littleEndian: boolean;
  readonly payload: Uint8Array;
}

export interface ControlMessage {
  readonly kind: "control";
  readonly command: number;
  readonly littleEndian: boolean;
  readonly data: number;
}

export type PvaMessage = ApplicationMessage | ControlMessage;

/** Larger than any array that a JavaScript engine can hold. */
const DEFAULT_LIMIT = 0x7fff_ffff;

interface Header {
  readonly flags: number;
  readonly command: number;
  readonly data: number;
}

/**
 * Cuts a byte stream into messages and joins segmented ones. `peer` is who sends it; bytes from the wrong side, a bad
 * magic number, or segments out of order throw DecodeError: the connection cannot go on.
 */
export class MessageStream {
  private chunks: Uint8Array[] = [];
  private buffered = 0;
  private header: Header | undefined;
  private segments: Uint8Array[] = [];
  private segmentBytes = 0;
  private segmentCommand: number | undefined;

  constructor(
    private readonly peer: Role,
    private readonly limitBytes = DEFAULT_LIMIT,
  ) {}

  /** Takes what arrived. */
  add(chunk: Uint8Array): void {
    if (chunk.length > 0) this.chunks.push(chunk);
    this.buffered += chunk.length;
  }

  /** Has a message begun that did not end? */
  get isUnfinished(): boolean {
    return this.buffered > 0 || this.header !== undefined || this.segmentCommand !== undefined;
  }

  /** The next message that is complete, or undefined. */
  next(): PvaMessage | undefined {
    for (;;) {
      this.header ??= this.readHeader();
      if (this.header === undefined) return undefined;
      const message = this.readMessage(this.header);
      if (message === "incomplete") return undefined;
      this.header = undefined;
      if (message !== undefined) return message;
    }
  }

  /** Takes what arrived and yields the messages that are complete with it. */
  *push(chunk: Uint8Array): Generator<PvaMessage> {
    this.add(chunk);
    for (let message = this.next(); message !== undefined; message = this.next()) yield message;
  }

  private readHeader(): Header | undefined {
    if (this.buffered < HEADER_BYTES) return undefined;
    const bytes = this.take(HEADER_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
    const flags = view.getUint8(2);
    if (view.getUint8(0) !== MAGIC || view.getUint8(1) === 0)
      throw new DecodeError(`not a pvAccess header: ${Buffer.from(bytes).toString("hex")}`);
    if ((flags & Flag.FROM_SERVER) !== (this.peer === "server" ? Flag.FROM_SERVER : 0))
      throw new DecodeError("a message that only the other side may send");
    return {
      flags,
      command: view.getUint8(3),
      data: view.getUint32(4, (flags & Flag.BIG_ENDIAN) === 0),
    };
  }

  private readMessage(header: Header): PvaMessage | "incomplete" | undefined {
    const { flags, command, data } = header;
    const littleEndian = (flags & Flag.BIG_ENDIAN) === 0;
    if (flags & Flag.CONTROL) return { kind: "control", command, littleEndian, data };
    if (data > this.limitBytes) throw new DecodeError(`a message of ${data} bytes`);
    if (this.buffered < data) return "incomplete";
    const payload = this.joinSegments(flags & Flag.SEGMENT_MASK, command, this.take(data));
    return payload === undefined ? undefined : { kind: "application", command, littleEndian, payload };
  }

  /** The whole payload once its last segment is there. */
  private joinSegments(segment: number, command: number, payload: Uint8Array): Uint8Array | undefined {
    const continues = (segment & Flag.SEGMENT_LAST) !== 0;
    if (continues !== (this.segmentCommand !== undefined) || (continues && this.segmentCommand !== command))
      throw new DecodeError("segments out of order");
    if (segment === 0) return payload;
    if (payload.length > 0) this.segments.push(payload);
    this.segmentCommand = command;
    this.segmentBytes += payload.length;
    if (this.segmentBytes > this.limitBytes)
      throw new DecodeError(`a segmented message of ${this.segmentBytes} bytes`);
    if (segment !== Flag.SEGMENT_LAST) return undefined;
    const whole = Buffer.concat(this.segments, this.segmentBytes);
    this.segments = [];
    this.segmentBytes = 0;
    this.segmentCommand = undefined;
    return whole;
  }

  /** Removes the first `length` buffered bytes, joined; copies only when they came in several chunks. */
  private take(length: number): Uint8Array {
    this.buffered -= length;
    const first = this.chunks[0];
    if (first !== undefined && first.length >= length) {
      if (first.length === length) this.chunks.shift();
      else this.chunks[0] = first.subarray(length);
      return first.subarray(0, length);
    }
    const joined = Buffer.allocUnsafeSlow(length);
    let filled = 0;
    let used = 0;
    while (filled < length) {
      const chunk = this.chunks[used];
      if (chunk === undefined) break;
      const part = chunk.subarray(0, length - filled);
      joined.set(part, filled);
      filled += part.length;
      if (part.length < chunk.length) this.chunks[used] = chunk.subarray(part.length);
      else used++;
    }
    this.chunks.splice(0, used);
    return joined;
  }
}
