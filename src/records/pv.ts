import type { Observable } from "rxjs";
import type { Value } from "../channel/dbf.js";
import type { Properties, Sample } from "../channel/provider.js";

/**
 * A process variable by name, wherever it lives: a field of a record in this process, or a channel of another IOC
 * reached through Channel Access. Scan and reconstruction chains never see the difference.
 */
export interface Pv {
  readonly name: string;
  readonly connected: boolean;
  /** The present connection state at once, then every change of it. */
  readonly connected$: Observable<boolean>;
  /** The present value once connected, then every change (DBE_VALUE and DBE_ALARM). Shared; late subscribers get the last. */
  readonly sample$: Observable<Sample>;
  /** The last known sample, undefined before the first connection. */
  readonly sample: Sample | undefined;
  properties(): Promise<Properties>;
  /** Reads anew. Rejects with an error naming the PV when it is not connected or does not answer in time. */
  read(options?: { timeoutSeconds?: number }): Promise<Sample>;
  /** Writes without waiting for completion. A string is converted as caput does: enum label, then number. */
  write(value: Value): void;
  /**
   * Writes and resolves when the processing it started has finished (put-callback). Rejects with an error naming the
   * PV when the write is refused, the channel goes away, or `timeoutSeconds` pass.
   */
  writeNotify(value: Value, options?: { timeoutSeconds?: number }): Promise<void>;
  close(): void;
}

/** Resolves names to PVs: local record first, then Channel Access. Opening never blocks and never fails. */
export interface PvDirectory {
  pv(name: string): Pv;
}
