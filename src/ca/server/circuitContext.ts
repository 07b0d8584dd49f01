import type { Channel, ChannelProvider } from "../../channel/provider.js";
import type { ByteWriter } from "../codec/byteWriter.js";
import type { CaHeader } from "../codec/message.js";
import type { PutNotifyQueue } from "./putNotifyQueue.js";

/** One EVENT_ADD of a client. */
export interface CircuitSubscription {
  /** The EVENT_ADD's header: a cancellation is confirmed with it. */
  readonly request: CaHeader;
  accessChanged(): void;
  /** Sends events that wait, as far as the client takes them; returns whether none is left. */
  drain(): boolean;
  close(): void;
}

/** A channel that a client has created: our id, its id, and what hangs on them. */
export interface CircuitChannel {
  readonly sid: number;
  readonly cid: number;
  readonly channel: Channel;
  /** The record's name, which RSRV puts into its error messages. */
  readonly recordName: string;
  readonly subscriptions: Map<number, CircuitSubscription>;
  readonly puts: PutNotifyQueue;
  close(): void;
}

/** What the requests of one virtual circuit share. */
export interface CircuitContext {
  readonly out: ByteWriter;
  readonly providers: readonly ChannelProvider[];
  readonly channels: Map<number, CircuitChannel>;
  /** Subscriptions with events that wait for the client to keep up. */
  readonly backlog: Set<CircuitSubscription>;
  /** Where searches are told to connect. */
  readonly tcpPort: number;
  /** The largest payload sent; undefined: as large as the channel's whole array. */
  readonly maximumArrayBytes: number | undefined;
  minorVersion: number;
  priority: number;
  user: string;
  host: string;
  /** Who a client says its host is does not count: `host` stays its address. */
  readonly ignoresHostNames: boolean;
  /** The client asked with EVENTS_OFF to hear only the newest values, later. */
  eventsOff: boolean;
  /** May an event be encoded now, or does the client have enough to read? */
  canSend(): boolean;
  /** Something was written to `out` outside the handling of input. */
  touch(): void;
  /** Answers with an ERROR message. */
  sendError(request: CaHeader, status: number, text: string): void;
  /** Ends the circuit after what is in `out`. */
  close(reason: string): void;
}
