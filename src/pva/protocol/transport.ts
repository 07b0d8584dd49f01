import type { OutputChunk } from "./output.js";

/** A connection's way to the network; a socket file implements it, a test does without a socket. */
export interface Transport {
  write(chunks: readonly OutputChunk[]): void;
  /** Bytes written that the network has not taken. */
  backlog(): number;
  /** Calls back once when `backlog` has become smaller. */
  whenDrained(resume: () => void): void;
  /** Calls back soon: what was queued by then goes out together. */
  soon(flush: () => void): void;
  /** Stops taking bytes from the peer, which then has to wait, and goes on. */
  pauseReading(): void;
  resumeReading(): void;
  close(): void;
}
