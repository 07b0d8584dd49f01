import type { Socket } from "node:net";
import type { ByteWriter } from "../codec/byteWriter.js";

/**
 * Sends a writer's bytes once per turn of the event loop, however many messages were written in it: small sends are
 * where the time of a busy circuit goes.
 */
export class FlushingSocket {
  readonly #socket: Socket;
  readonly #out: ByteWriter;
  readonly #beforeFlush: () => void;
  #scheduled = false;

  constructor(socket: Socket, out: ByteWriter, beforeFlush: () => void = () => {}) {
    this.#socket = socket;
    this.#out = out;
    this.#beforeFlush = beforeFlush;
  }

  /** Bytes given to the socket that the system has not taken yet. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  scheduleFlush(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#beforeFlush();
      this.flush();
    });
  }

  flush(): void {
    if (this.#out.length === 0) return;
    if (this.#socket.writable) this.#socket.write(this.#out.written);
    // What the system took at once needs no copy. Of the rest the buffer is the socket's from now on.
    if (this.#socket.writableLength > 0) this.#out.detach();
    else this.#out.clear();
  }
}
