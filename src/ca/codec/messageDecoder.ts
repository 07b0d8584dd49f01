import { CA_MINOR_VERSION } from "./commands.js";
import { giveLargeBuffer, LARGE_BUFFER_SIZE, takeLargeBuffer } from "./largeBuffers.js";
import { type CaMessage, EXTENDED_HEADER_SIZE, HEADER_SIZE, readHeader } from "./message.js";

/**
 * What the next bytes are: a whole message, not enough yet, a message above the limit (its body is skipped as it
 * arrives), or one whose size is not a multiple of 8 (nothing after it can be trusted).
 */
export type DecodeOutcome = "message" | "incomplete" | "tooLarge" | "misaligned";

const NO_BYTES: DataView = new DataView(new ArrayBuffer(0));
const NO_INPUT = new Uint8Array(0);
const NOTHING_KEPT = Buffer.allocUnsafeSlow(0);
const HEADROOM = 4096;
const KEPT_SIZE = 1 << 20;
/** A payload of this size or more that arrived in parts may become the value without another copy. */
const LARGE_SIZE = 1 << 17;
/** Room is made at most for this many times what has arrived. */
const TRUST = 16;

/**
 * Cuts a byte stream, split anywhere, into messages. `message` is one object filled anew by each `next`, its payload
 * a view into the input: copy what has to outlive the next `push`. Memory grows with what has arrived, not with what
 * a header claims.
 */
export class MessageDecoder {
  readonly message: CaMessage = {
    command: 0,
    payloadSize: 0,
    dataType: 0,
    count: 0,
    cid: 0,
    available: 0,
    view: NO_BYTES,
    offset: 0,
    isExclusive: false,
  };
  /** Minor version of the peer: decides whether 0xffff marks an extended header. */
  minorVersion = CA_MINOR_VERSION;
  readonly #maximumPayload: number;
  // What is looked at: from #position to #end of #view, which is the input or what is kept.
  #view: DataView = NO_BYTES;
  #position = 0;
  #end = 0;
  #kept: Buffer<ArrayBuffer> = NOTHING_KEPT;
  /** How many bytes the unfinished message has to have before it is worth looking at again. */
  #needed = 0;
  /** Input that follows what is kept. */
  #input: Uint8Array = NO_INPUT;
  #drain = 0;

  constructor(maximumPayload = Number.POSITIVE_INFINITY) {
    this.#maximumPayload = maximumPayload;
  }

  /** Adds input. What `next` has not taken yet is kept. */
  push(chunk: Uint8Array): void {
    const skipped = Math.min(this.#drain, chunk.length);
    this.#drain -= skipped;
    const input = skipped > 0 ? chunk.subarray(skipped) : chunk;
    if (this.pending === 0) this.#look(input);
    else {
      this.#keepRest();
      this.#append(this.#input);
      this.#input = input;
    }
  }

  /**
   * Where the rest of an unfinished large message belongs: what is read there needs no copy. Undefined where there is no such message.
   * Tell by `arrived` how many bytes came, before anything else is done with the decoder.
   */
  get room(): Uint8Array | undefined {
    if (!this.#isKept || this.#position > 0 || this.#needed - this.#end < LARGE_SIZE) return undefined;
    if (this.#end === this.#kept.length) this.#makeRoom(this.#end + 1);
    return this.#kept.subarray(this.#end, this.#needed);
  }

  /** So many bytes were read into `room`. */
  arrived(size: number): void {
    this.#end += size;
  }

  /** Bytes that no message was made of yet. */
  get pending(): number {
    return this.#end - this.#position + this.#input.length;
  }

  next(): DecodeOutcome {
    for (;;) {
      if (this.#position === this.#end && this.#input.length > 0) this.#look(this.#input);
      const outcome = this.#cut();
      if (outcome !== "incomplete") return outcome;
      this.#keepRest();
      if (this.#input.length === 0) return "incomplete";
      const missing = this.#needed - this.#end;
      this.#append(this.#input.subarray(0, missing));
      this.#input = this.#input.subarray(missing);
    }
  }

  #look(input: Uint8Array): void {
    this.#view = new DataView(input.buffer, input.byteOffset, input.byteLength);
    this.#position = 0;
    this.#end = input.byteLength;
    this.#input = NO_INPUT;
  }

  #cut(): DecodeOutcome {
    const message = this.message;
    const available = this.#end - this.#position;
    const headerSize = readHeader(this.#view, this.#position, available, this.minorVersion, message);
    if (headerSize === 0) {
      this.#needed = available < HEADER_SIZE ? HEADER_SIZE : EXTENDED_HEADER_SIZE;
      return "incomplete";
    }
    if (message.payloadSize % 8 !== 0) return "misaligned";
    const size = headerSize + message.payloadSize;
    if (message.payloadSize > this.#maximumPayload) {
      const here = Math.min(size, available);
      this.#position += here;
      this.#drain = size - here;
      return "tooLarge";
    }
    this.#needed = size;
    if (size > available) return "incomplete";
    message.view = this.#view;
    message.offset = this.#position + headerSize;
    message.isExclusive =
      size === this.#end && size >= LARGE_SIZE && this.#isKept && this.#kept.length < size * 2;
    this.#position += size;
    if (message.isExclusive) this.#kept = NOTHING_KEPT;
    return "message";
  }

  get #isKept(): boolean {
    return this.#view.buffer === this.#kept.buffer;
  }

  /** The unfinished rest moves to the start of a buffer of our own, so that input buffers are free to be reused. */
  #keepRest(): void {
    const size = this.#end - this.#position;
    if (this.#isKept && this.#position === 0) return;
    if (size === 0) {
      this.#view = NO_BYTES;
      this.#position = 0;
      this.#end = 0;
      if (this.#kept.length > KEPT_SIZE) this.#replaceKept(NOTHING_KEPT);
      return;
    }
    const rest = new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.#position, size);
    if (this.#kept.length < size || this.#kept.length > KEPT_SIZE)
      this.#kept = Buffer.allocUnsafeSlow(Math.max(size, HEADROOM));
    this.#kept.set(rest);
    this.#position = 0;
    this.#end = size;
    this.#view = new DataView(this.#kept.buffer);
  }

  /** Adds to what is kept. */
  #append(input: Uint8Array): void {
    const size = this.#end + input.length;
    if (size > this.#kept.length) this.#makeRoom(size);
    this.#kept.set(input, this.#end);
    this.#end = size;
  }

  #makeRoom(size: number): void {
    const room = Math.max(size, Math.min(this.#needed, size * TRUST));
    const larger = room < LARGE_BUFFER_SIZE ? Buffer.allocUnsafeSlow(room) : takeLargeBuffer(room);
    larger.set(this.#kept.subarray(0, this.#end));
    this.#replaceKept(larger);
    this.#view = new DataView(larger.buffer);
  }

  #replaceKept(buffer: Buffer<ArrayBuffer>): void {
    giveLargeBuffer(this.#kept);
    this.#kept = buffer;
  }
}
