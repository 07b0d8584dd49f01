import type { Socket } from "node:net";
import type { ByteWriter } from "../codec/byteWriter.js";
import { giveLargeBuffer } from "../codec/largeBuffers.js";

/**
 * Sends a writer's bytes once per turn of the event loop, however many messages were written in it: small sends are
 * where the time of a busy circuit goes.
 */
export class FlushingSocket {
  readonly #socket: Socket;
  readonly #out: ByteWriter;
  readonly #beforeFlush: () => void;
  #scheduled = false;
  /** As of the last look; while it is 0 there is no need to look again. */
  #unsent = 0;

  constructor(socket: Socket, out: ByteWriter, beforeFlush: () => void = () => {}) {
    this.#socket = socket;
    this.#out = out;
    this.#beforeFlush = beforeFlush;
  }

  /** Bytes given to the socket that the system has not taken yet. */
  get unsent(): number {
    if (this.#unsent > 0) this.#unsent = this.#socket.writableLength;
    return this.#unsent;
  }

  scheduleFlush(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.flushAll();
    });
  }

  /** Sends, and goes on with what `beforeFlush` has had to hold back, as long as the system takes everything at once. */
  flushAll(): void {
    let written: boolean;
    do {
      this.#beforeFlush();
      written = this.#out.length > 0;
      this.flush();
    } while (written && this.#unsent === 0);
  }

  flush(): void {
    if (this.#out.length === 0) return;
    if (!this.#socket.writable) this.#out.clear();
    else if (this.#out.isLarge) this.#sendLarge();
    else this.#socket.write(this.#out.written);
    // What the system took at once needs no copy. Of the rest the buffer is the socket's from now on.
    this.#unsent = this.#socket.writableLength;
    if (this.#unsent > 0) this.#out.detach();
    else this.#out.clear();
  }

  #sendLarge(): void {
    const { bytes } = this.#out;
    this.#socket.write(this.#out.detach(), () => giveLargeBuffer(bytes));
  }
}
