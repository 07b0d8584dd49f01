import type { ByteWriter } from "../data/byteWriter.js";
import type { Block } from "./block.js";
import type { Role } from "./header.js";
import { Output } from "./output.js";
import type { Transport } from "./transport.js";

/** One side's messages on their way out: those of one turn of the event loop go out together. */
export class Sender {
  private output: Output;
  private isFlushScheduled = false;
  private isClosed = false;

  constructor(
    private readonly role: Role,
    private readonly transport: Transport,
  ) {
    this.output = new Output(role);
  }

  get littleEndian(): boolean {
    return this.output.littleEndian;
  }

  /** The byte order of the messages from now on. */
  set littleEndian(littleEndian: boolean) {
    this.flush();
    this.output = new Output(this.role, littleEndian);
  }

  message(command: number, body: (out: ByteWriter) => void): void {
    if (this.isClosed) return;
    this.output.message(command, body);
    this.scheduleFlush();
  }

  /** A message of a short start and a block that must not change afterwards. */
  messageWithBlock(command: number, start: (out: ByteWriter) => void, block: Block): void {
    if (this.isClosed) return;
    this.output.messageWithBlock(command, start, block);
    this.scheduleFlush();
  }

  /** Messages that are complete with their headers. */
  raw(messages: Uint8Array): void {
    if (this.isClosed) return;
    this.output.raw(messages);
    this.scheduleFlush();
  }

  /** Bytes that the network has not taken. */
  backlog(): number {
    return this.output.pendingBytes + this.transport.backlog();
  }

  /** Calls back once when `backlog` has become smaller. */
  whenDrained(resume: () => void): void {
    this.flush();
    this.transport.whenDrained(resume);
  }

  flush(): void {
    this.isFlushScheduled = false;
    if (this.isClosed || this.output.pendingBytes === 0) return;
    this.transport.write(this.output.takeChunks());
  }

  /** Nothing goes out any more. */
  close(): void {
    this.isClosed = true;
  }

  private scheduleFlush(): void {
    if (this.isFlushScheduled) return;
    this.isFlushScheduled = true;
    this.transport.soon(() => this.flush());
  }
}
