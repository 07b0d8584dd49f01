/** Bytes that several connections send; `onFree` is called when the last of them has. */
export class Block {
  private holders = 0;

  constructor(
    readonly bytes: Uint8Array,
    private readonly onFree?: () => void,
  ) {}

  retain(): void {
    this.holders++;
  }

  release(): void {
    if (--this.holders === 0) this.onFree?.();
  }
}

const MAX_FREE = 3;

/** Memory for large messages to be used again: fresh pages cost as much as filling them. */
export class MemoryPool {
  private readonly free: Buffer[] = [];

  take(): Buffer | undefined {
    return this.free.pop();
  }

  give(memory: Buffer): void {
    if (this.free.length < MAX_FREE) this.free.push(memory);
  }
}
