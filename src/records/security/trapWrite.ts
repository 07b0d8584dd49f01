import type { TypedValue } from "../../channel/dbf.js";
import type { Channel, ClientIdentity } from "../../channel/provider.js";

/** A write by a client whose rule says TRAPWRITE, told to listeners just before it happens. */
export interface TrappedWrite {
  readonly client: ClientIdentity;
  /** What is written to; reading it gives the old value now, and the new one once the write is done. */
  readonly channel: Pick<Channel, "name" | "fieldType" | "elementCount" | "read" | "textFormat">;
  readonly value: TypedValue;
}

/** Hears of a write before it happens; what it returns is called when the write is done. */
export type TrapWriteListener = (write: TrappedWrite) => (() => void) | undefined;

/** EPICS's asTrapWrite: who logs puts registers here. */
export class TrapWrites {
  readonly #listeners = new Set<TrapWriteListener>();

  /** Returns what ends the listening. */
  listen(listener: TrapWriteListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells everybody of a write that is about to happen; the answer tells them that it has happened. */
  before(write: TrappedWrite): () => void {
    const afters = [...this.#listeners].map((listener) => listener(write));
    return () => {
      for (const after of afters) after?.();
    };
  }
}
