import { CA_MINOR_VERSION } from "./commands.js";
import { type CaMessage, readHeader } from "./message.js";

/**
 * What the next bytes are: a whole message, not enough yet, a message above the limit (its body is skipped as it
 * arrives), or one whose size is not a multiple of 8 (nothing after it can be trusted).
 */
export type DecodeOutcome = "message" | "incomplete" | "tooLarge" | "misaligned";

const NO_BYTES: DataView = new DataView(new ArrayBuffer(0));
const KEPT_SIZE = 1 << 20;

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
  };
  /** Minor version of the peer: decides whether 0xffff marks an extended header. */
  minorVersion = CA_MINOR_VERSION;
  readonly #maximumPayload: number;
  #view: DataView = NO_BYTES;
  #position = 0;
  #end = 0;
  #kept: Buffer = Buffer.allocUnsafeSlow(0);
  #drain = 0;

  constructor(maximumPayload = Number.POSITIVE_INFINITY) {
    this.#maximumPayload = maximumPayload;
  }

  /** Adds input. What `next` has not taken yet is kept. */
  push(chunk: Uint8Array): void {
    const skipped = Math.min(this.#drain, chunk.length);
    this.#drain -= skipped;
    const input = skipped > 0 ? chunk.subarray(skipped) : chunk;
    if (this.#position < this.#end) {
      this.#keepRest();
      this.#append(input);
    } else {
      this.#view = new DataView(input.buffer, input.byteOffset, input.byteLength);
      this.#position = 0;
      this.#end = input.byteLength;
    }
  }

  /** Bytes that no message was made of yet. */
  get pending(): number {
    return this.#end - this.#position;
  }

  next(): DecodeOutcome {
    const message = this.message;
    const available = this.#end - this.#position;
    const headerSize = readHeader(this.#view, this.#position, available, this.minorVersion, message);
    if (headerSize === 0) return this.#keepRest();
    if (message.payloadSize % 8 !== 0) return "misaligned";
    const size = headerSize + message.payloadSize;
    if (message.payloadSize > this.#maximumPayload) {
      const here = Math.min(size, available);
      this.#position += here;
      this.#drain = size - here;
      return "tooLarge";
    }
    if (size > available) return this.#keepRest();
    message.view = this.#view;
    message.offset = this.#position + headerSize;
    this.#position += size;
    return "message";
  }

  /** The unfinished rest moves to the start of a buffer of our own, so that input buffers are free to be reused. */
  #keepRest(): DecodeOutcome {
    const size = this.#end - this.#position;
    if (this.#view.buffer === this.#kept.buffer && this.#position === 0) return "incomplete";
    const rest = new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.#position, size);
    if (this.#kept.length < size || this.#kept.length > KEPT_SIZE)
      this.#kept = Buffer.allocUnsafeSlow(Math.max(size, size > 0 ? HEADROOM : 0));
    this.#kept.set(rest);
    this.#position = 0;
    this.#end = size;
    this.#view = new DataView(this.#kept.buffer);
    return "incomplete";
  }

  #append(input: Uint8Array): void {
    const size = this.#end + input.length;
    if (size > this.#kept.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(size, this.#kept.length * 2));
      larger.set(this.#kept.subarray(0, this.#end));
      this.#kept = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#kept.set(input, this.#end);
    this.#end = size;
  }
}

const HEADROOM = 4096;
