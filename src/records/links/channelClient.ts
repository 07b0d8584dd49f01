import type { Observable } from "rxjs";
import type { DbfType, TypedValue } from "../../channel/dbf.js";
import type { Properties, Sample } from "../../channel/provider.js";
import { LONGEST_TIMER_MS } from "../../libcom/timerMs.js";

/** The longest that a timer can wait; as good as no limit. */
export const LONGEST_TIMEOUT_SECONDS = LONGEST_TIMER_MS / 1000;

/** What the engine needs of a channel to another IOC; the CA client's channels fit. */
export interface ClientChannel {
  readonly name: string;
  readonly connected: boolean;
  /** The present state at once, then every change. */
  readonly connected$: Observable<boolean>;
  readonly fieldType: DbfType | undefined;
  readonly elementCount: number;
  read(options?: { timeoutSeconds?: number }): Promise<Sample>;
  properties(): Promise<Properties>;
  write(value: TypedValue): void;
  writeNotify(value: TypedValue, options?: { timeoutSeconds?: number }): Promise<void>;
  /** The present value once connected, then every change that meets the mask. */
  monitor(options?: { mask?: number }): Observable<Sample>;
  close(): void;
}

/** Opens channels to other IOCs; never blocks and never fails. */
export interface ChannelClient {
  connect(name: string): ClientChannel;
}
