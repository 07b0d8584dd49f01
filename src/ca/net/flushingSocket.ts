import type { Socket } from "node:net";
import type { ByteWriter } from "../codec/byteWriter.js";

/** Copies up to this size are cheaper than a second buffer in flight. */
const COPY_LIMIT = 64 * 1024;

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
    const { length } = this.#out;
    if (length === 0) return;
    if (this.#socket.writable) {
      const { written } = this.#out;
      // The writer's buffer is reused at once, a large one is handed over as it is.
      if (length <= COPY_LIMIT) this.#socket.write(Buffer.from(written));
      else this.#socket.write(this.#out.detach());
    }
    this.#out.clear();
  }
}
