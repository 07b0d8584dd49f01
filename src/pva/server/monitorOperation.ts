import { errorMessage } from "../../libcom/errorMessage.js";
import { BitSet } from "../data/bitSet.js";
import type { ByteReader } from "../data/byteReader.js";
import { encodeStatus, statusError } from "../data/status.js";
import { encodeSelected, leavesOf } from "../data/valueCodec.js";
import { Command, SubCommand } from "../protocol/header.js";
import type { PvRequest } from "../protocol/pvRequest.js";
import type { ChannelOfClient, Operation, OperationContext } from "./operation.js";
import type { Snapshot } from "./snapshot.js";

const DEFAULT_QUEUE_SIZE = 4;
const MAX_QUEUE_SIZE = 10_000;

/** Events wait in their queue while this much, or two events of the last size, wait in the connection. */
const BACKLOG_BYTES = 1 << 20;

/** Of values on borrowed memory so much may wait in the connection, as copies, where a queue of so many was asked for. */
const QUEUED_COPIES_BYTES = 8 << 20;

interface QueuedEvent {
  snapshot: Snapshot;
  changed: BitSet;
  overrun: BitSet;
}

/** How many events of a subscription may wait. */
export function queueSizeOf({ options }: PvRequest): number {
  const asked = Number(options.get("queueSize"));
  return asked >= 2 ? Math.min(Math.trunc(asked), MAX_QUEUE_SIZE) : DEFAULT_QUEUE_SIZE;
}

/**
 * A subscription. Events go out as the client takes them; what it does not take waits in a queue of `queueSize`, and
 * when that is full the newest value replaces the last one queued, with the fields that changed twice in the overrun
 * bit set. Values on borrowed memory wait as copies in the connection, and only the newest besides, so that a slow client
 * never holds frames.
 */
export class MonitorOperation implements Operation {
  readonly command = Command.MONITOR;
  private readonly queue: QueuedEvent[] = [];
  private readonly queueSize: number;
  private readonly isPipelined: boolean;
  private readonly selectsAll: boolean;
  private readonly selectionKey: string;
  private isRunning = false;
  private awaitsDrain = false;
  private lastEventBytes = 0;
  private unsubscribe: (() => void) | undefined;

  constructor(
    readonly channel: ChannelOfClient,
    private readonly ioid: number,
    private readonly request: PvRequest,
    private readonly selected: BitSet,
    private window: number,
    private readonly context: OperationContext,
  ) {
    this.queueSize = queueSizeOf(request);
    this.isPipelined = request.options.get("pipeline") === "true";
    this.selectsAll = selected.has(0);
    this.selectionKey = this.selectsAll ? "*" : selected.toString();
  }

  receive(subCommand: number, input: ByteReader): void {
    if (subCommand & SubCommand.PIPELINE) this.window += input.u32();
    if (subCommand & SubCommand.START_STOP) {
      if (subCommand & SubCommand.GET) this.start();
      else this.stop();
    }
    this.flush();
    if (subCommand & SubCommand.DESTROY) this.context.forget(this.ioid);
  }

  cancel(): void {
    this.stop();
  }

  destroy(): void {
    this.stop();
  }

  private start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    const { served } = this.channel;
    try {
      this.unsubscribe = served.subscribe(this.request, (snapshot) =>
        this.enqueue(snapshot, snapshot.changed),
      );
      const first = served.first === undefined ? served.get() : served.first(this.request);
      if (first !== undefined) this.enqueue(first, new BitSet([0]));
    } catch (error) {
      this.refuse(errorMessage(error));
    }
  }

  /** Ends the subscription with a reason. */
  private refuse(message: string): void {
    this.context.send(this.command, (out) =>
      encodeStatus(out.u32(this.ioid).u8(SubCommand.DESTROY), statusError(message)),
    );
    this.context.forget(this.ioid);
  }

  private stop(): void {
    this.isRunning = false;
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    this.queue.length = 0;
  }

  private enqueue(snapshot: Snapshot, changed: BitSet): void {
    const fields = this.changedFields(changed);
    if (fields.isEmpty) return;
    const last = this.queue.at(-1);
    const limit = snapshot.borrowed === undefined ? this.queueSize : 1;
    if (last === undefined || this.queue.length < limit) {
      this.queue.push({ snapshot, changed: fields, overrun: new BitSet() });
    } else {
      last.overrun.or(
        leavesOf(this.channel.served.type, fields).and(leavesOf(this.channel.served.type, last.changed)),
      );
      last.changed.or(fields);
      last.snapshot = snapshot;
    }
    this.flush();
  }

  /** What of a change this client asked for; bit 0 alone stands for everything. */
  private changedFields(changed: BitSet): BitSet {
    if (this.selectsAll) return changed.copy();
    return leavesOf(this.channel.served.type, changed).and(this.selected);
  }

  private flush(): void {
    while (this.isRunning && this.mayClientTake()) {
      const [event] = this.queue;
      if (event === undefined) return;
      if (this.context.backlog() > this.backlogLimit(event.snapshot)) {
        this.resumeWhenDrained();
        return;
      }
      this.queue.shift();
      this.sendEvent(event);
    }
  }

  private backlogLimit({ borrowed }: Snapshot): number {
    const least = Math.max(BACKLOG_BYTES, 2 * this.lastEventBytes);
    if (borrowed === undefined) return least;
    return Math.max(least, Math.min(this.queueSize * this.lastEventBytes, QUEUED_COPIES_BYTES));
  }

  private mayClientTake(): boolean {
    return !this.isPipelined || this.window > 0;
  }

  private resumeWhenDrained(): void {
    if (this.awaitsDrain) return;
    this.awaitsDrain = true;
    this.context.whenDrained(() => {
      this.awaitsDrain = false;
      this.flush();
    });
  }

  private sendEvent(event: QueuedEvent): void {
    if (this.isPipelined) this.window--;
    const { type } = this.channel.served;
    const { littleEndian } = this.context;
    const key = `${littleEndian}${this.selectionKey}${event.changed}${event.overrun}`;
    const body = event.snapshot.encoded(key, littleEndian, (out) => {
      encodeSelected(out.bitSet(event.changed), type, event.snapshot.value, event.changed);
      out.bitSet(event.overrun);
    });
    this.lastEventBytes = body.bytes.length;
    this.context.sendShared(this.command, (out) => out.u32(this.ioid).u8(0), body);
  }
}
