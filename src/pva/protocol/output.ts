import { ByteWriter } from "../data/byteWriter.js";
import type { Block } from "./block.js";
import { type Role, writeHeader, writeMessage } from "./header.js";

/** Blocks from this size on go out as they are; smaller ones are copied together. */
const SEPARATE_BYTES = 16 * 1024;

/** Bytes to write; `sent` is called when the network has taken them and they may change. */
export interface OutputChunk {
  readonly bytes: Uint8Array;
  sent?(): void;
}

/** Messages on their way out: small ones gathered in one buffer, large blocks passed on without a copy. */
export class Output {
  private writer: ByteWriter;
  private readonly ready: OutputChunk[] = [];
  private readyBytes = 0;

  constructor(
    private readonly role: Role,
    readonly littleEndian = true,
  ) {
    this.writer = new ByteWriter(littleEndian);
  }

  /** Bytes not yet taken by `takeChunks`. */
  get pendingBytes(): number {
    return this.readyBytes + this.writer.length;
  }

  message(command: number, body: (out: ByteWriter) => void): void {
    writeMessage(this.writer, this.role, command, body);
  }

  /** A message of a short start and a block that must not change afterwards. */
  messageWithBlock(command: number, start: (out: ByteWriter) => void, block: Block): void {
    const at = writeHeader(this.writer, this.role, command, 0);
    const bodyStart = this.writer.length;
    start(this.writer);
    this.writer.patchU32(at + 4, this.writer.length - bodyStart + block.bytes.length);
    if (block.bytes.length < SEPARATE_BYTES) {
      this.writer.raw(block.bytes);
      return;
    }
    this.finishWriter();
    block.retain();
    this.append({ bytes: block.bytes, sent: () => block.release() });
  }

  raw(bytes: Uint8Array): void {
    this.writer.raw(bytes);
  }

  /** What is to be written now, in order. */
  takeChunks(): OutputChunk[] {
    this.finishWriter();
    this.readyBytes = 0;
    return this.ready.splice(0);
  }

  private finishWriter(): void {
    if (this.writer.length === 0) return;
    this.append({ bytes: this.writer.bytes() });
    this.writer = new ByteWriter(this.littleEndian);
  }

  private append(chunk: OutputChunk): void {
    this.ready.push(chunk);
    this.readyBytes += chunk.bytes.length;
  }
}
