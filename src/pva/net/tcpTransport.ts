import type { Socket } from "node:net";
import type { OutputChunk } from "../protocol/output.js";
import type { Transport } from "../protocol/transport.js";

/** A TCP socket as a connection sees it. */
export class TcpTransport implements Transport {
  private unsent = 0;
  private waiting: (() => void)[] = [];

  constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 15_000);
  }

  write(chunks: readonly OutputChunk[]): void {
    if (this.socket.destroyed || this.socket.writableEnded) return;
    this.socket.cork();
    for (const chunk of chunks) {
      this.unsent += chunk.bytes.length;
      this.socket.write(chunk.bytes, (error) => {
        if (!error) chunk.sent?.();
        this.sent(chunk.bytes.length);
      });
    }
    this.socket.uncork();
  }

  backlog(): number {
    return this.unsent;
  }

  whenDrained(resume: () => void): void {
    if (this.unsent === 0) setImmediate(resume);
    else this.waiting.push(resume);
  }

  soon(flush: () => void): void {
    setImmediate(flush);
  }

  pauseReading(): void {
    this.socket.pause();
  }

  resumeReading(): void {
    this.socket.resume();
  }

  close(): void {
    this.socket.end();
    this.socket.destroySoon();
  }

  private sent(bytes: number): void {
    this.unsent -= bytes;
    for (const resume of this.waiting.splice(0)) resume();
  }
}
