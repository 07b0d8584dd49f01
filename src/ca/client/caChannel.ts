import { distinctUntilChanged, Observable } from "rxjs";
import type { DbfType } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import type { AccessRights, Properties, WriteResult } from "../../channel/provider.js";
import { iterate } from "../../libcom/asyncIteration.js";
import { failed, ok } from "../../libcom/result.js";
import { type DbrBase, dbrTypeOf } from "../codec/dbrTypes.js";
import { Eca } from "../codec/eca.js";
import { unlessAborted, untilAborted } from "./abort.js";
import { CaError } from "./caError.js";
import { ChannelMonitor } from "./channelMonitor.js";
import {
  type ChannelRequest,
  ConnectRequest,
  type ReadOptions,
  ReadRequest,
  type RequestOptions,
  WriteRequest,
} from "./channelRequest.js";
import type { CircuitConnection } from "./circuitConnection.js";
import type { ConnectedChannel } from "./clientCircuit.js";
import {
  type CaReading,
  type PutValue,
  type ReadingOptions,
  type ReadingValue,
  valueToPut,
  wireValue,
} from "./reading.js";
import type { WaitingRequests } from "./waitingRequests.js";
import { Watched } from "./watched.js";

const DEFAULT_QUEUE_SIZE = 100;
/** What an EVENT_ADD has room for. */
const MASK_BITS = 0xffff;
/** A channel that is lost again so soon is searched for after a pause: its server may have fallen over what we ask for. */
const AGAIN_MS = 2000;
const NO_ACCESS: AccessRights = { read: false, write: false };

export interface MonitorOptions extends ReadingOptions {
  /** Bits of EventMask; default VALUE | ALARM. */
  readonly mask?: number;
}

export interface EventsOptions extends MonitorOptions {
  /** How many values wait for the loop; default 100. */
  readonly queueSize?: number;
  /** Ends the loop, which throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a channel needs of the client it belongs to. */
export interface ChannelOwner {
  /** The requests of all its channels that are not connected. */
  readonly waiting: WaitingRequests;
  search(channel: CaChannel, refused: boolean): void;
  closed(channel: CaChannel): void;
}

/**
 * A PV somewhere on the network. It is searched for until `close`; requests wait for the connection within their
 * timeout, monitors come back by themselves after a disconnection.
 */
export class CaChannel {
  readonly name: string;
  /** @internal */
  readonly cid: number;
  readonly priority: number;
  readonly #owner: ChannelOwner;
  readonly #connected = new Watched(false);
  readonly #accessRights = new Watched<AccessRights>(NO_ACCESS);
  readonly #monitors = new Set<ChannelMonitor>();
  #link: CircuitConnection | undefined;
  #on: ConnectedChannel | undefined;
  #fieldType: DbfType = "DOUBLE";
  #elementCount = 0;
  #lostAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  /** @internal */
  constructor(owner: ChannelOwner, name: string, cid: number, priority: number) {
    this.#owner = owner;
    this.name = name;
    this.cid = cid;
    this.priority = priority;
  }

  get connected(): boolean {
    return this.#connected.value;
  }

  /** The present state, and each change of it; completes on `close`. */
  get connected$(): Observable<boolean> {
    return this.#connected.values$.pipe(distinctUntilChanged());
  }

  /** The type of the wire, known while connected: STRING, SHORT, FLOAT, ENUM, UCHAR, LONG or DOUBLE. */
  get fieldType(): DbfType {
    return this.#fieldType;
  }

  /** The most elements a value can have; 0 while never connected. */
  get elementCount(): number {
    return this.#elementCount;
  }

  get access(): AccessRights {
    return this.#accessRights.value;
  }

  get access$(): Observable<AccessRights> {
    return this.#accessRights.values$;
  }

  /** `host:port` of the server; empty while disconnected. */
  get server(): string {
    return this.#on === undefined ? "" : (this.#link?.peer ?? "");
  }

  /** Resolves when connected; rejects with ECA_TIMEOUT. */
  whenConnected(options: RequestOptions = {}): Promise<void> {
    return this.#request(options, (resolve, reject) => new ConnectRequest(this, options, resolve, reject));
  }

  /** One reading, as the server has it now. Rejects with a CaError. */
  read<const O extends ReadOptions = ReadOptions>(options?: O): Promise<CaReading<ReadingValue<O>>>;
  read(options: ReadOptions = {}): Promise<CaReading> {
    return this.#request(options, (resolve, reject) => new ReadRequest(this, options, resolve, reject));
  }

  /** Units, precision, limits and states. */
  async properties(options: RequestOptions = {}): Promise<Properties> {
    const reading = await this.read({ ...options, type: "ctrl", count: 1 });
    return reading.properties ?? {};
  }

  /** Writes without waiting; fails only when it cannot be sent. The server reports a refusal in the log. */
  write(value: PutValue): WriteResult {
    if (this.#on === undefined) return failed({ reason: "failed", message: `${this.name} is not connected` });
    if (!this.access.write)
      return failed({ reason: "noAccess", message: `${this.name}: write access denied` });
    const wire = wireValue(valueToPut(value, this.#on));
    this.#on.circuit.write(this.#on.sid, wire.type, wire.value);
    return ok(undefined);
  }

  /** Writes and waits until everything the write started has finished (put-callback). Rejects with a CaError. */
  writeNotify(value: PutValue, options: RequestOptions = {}): Promise<void> {
    return this.#request(
      options,
      (resolve, reject) => new WriteRequest(this, options, value, resolve, reject),
    );
  }

  /** PUT_ACKT or PUT_ACKS. */
  writeAcknowledge(acknowledge: { transient: boolean } | { severity: number }): WriteResult {
    if (this.#on === undefined) return failed({ reason: "failed", message: `${this.name} is not connected` });
    const [kind, code] =
      "severity" in acknowledge
        ? (["acks", acknowledge.severity] as const)
        : (["ackt", acknowledge.transient ? 1 : 0] as const);
    this.#on.circuit.write(this.#on.sid, dbrTypeOf(kind, "ENUM"), code);
    return ok(undefined);
  }

  /**
   * The present value and every change, across disconnections; completes on `close`. Each subscriber has its own. Throws a CaError for a
   * mask of no events.
   */
  monitor<const O extends MonitorOptions = MonitorOptions>(
    options?: O,
  ): Observable<CaReading<ReadingValue<O>>>;
  monitor(options: MonitorOptions = {}): Observable<CaReading> {
    const mask = options.mask ?? EventMask.VALUE | EventMask.ALARM;
    if (mask < 1 || mask > MASK_BITS) throw new CaError(this.name, this.server, Eca.BADMASK);
    return new Observable((subscriber) => {
      if (this.#closed) return subscriber.complete();
      const monitor = new ChannelMonitor(this.name, mask, options, subscriber);
      this.#monitors.add(monitor);
      if (this.#on !== undefined) monitor.start(this.#on);
      return () => {
        this.#monitors.delete(monitor);
        monitor.stop();
      };
    });
  }

  /**
   * The same for a `for await` loop: each loop has a subscription of its own, which ends with the loop. A loop that is slower
   * than its PV misses values in between, never the newest.
   */
  events<const O extends EventsOptions = EventsOptions>(
    options?: O,
  ): AsyncGenerator<CaReading<ReadingValue<O>>, void, undefined>;
  events(options: EventsOptions = {}): AsyncGenerator<CaReading, void, undefined> {
    const events = this.monitor(options).pipe(untilAborted(options.signal));
    return iterate(events, options.queueSize ?? DEFAULT_QUEUE_SIZE);
  }

  /** Ends monitors, requests and the search. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const monitor of [...this.#monitors]) monitor.complete();
    const on = this.#on;
    const link = this.#link;
    this.#on = undefined;
    this.#link = undefined;
    for (const request of this.#owner.waiting.take(this)) request.respond(Eca.CHANDESTROY);
    on?.circuit.endRequests(this, Eca.CHANDESTROY);
    if (on !== undefined) on.circuit.clearChannel(on.sid, this.cid);
    else link?.circuit.abandonChannel(this.cid);
    link?.releaseIfIdle();
    this.#connected.next(false);
    this.#connected.complete();
    this.#accessRights.complete();
    this.#owner.closed(this);
  }

  /** As `close`, at the end of a block that has the channel with `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal The server was found: the channel is created on its circuit. */
  attach(connection: CircuitConnection): void {
    this.#link = connection;
    connection.circuit.createChannel(this);
  }

  /** @internal */
  created(sid: number, base: DbrBase, count: number): void {
    if (this.#link === undefined) return;
    this.#fieldType = base;
    this.#elementCount = count;
    const on = { circuit: this.#link.circuit, sid, nativeType: base, elementCount: count };
    this.#on = on;
    for (const monitor of this.#monitors) monitor.start(on);
    for (const request of this.#owner.waiting.take(this)) request.send(on);
    this.#connected.next(true);
  }

  /** @internal */
  accessRights(read: boolean, write: boolean): void {
    this.#accessRights.next({ read, write });
  }

  /** @internal */
  rejected(): void {
    this.#on?.circuit.endRequests(this, Eca.DISCONN);
    this.#link?.releaseIfIdle();
    this.#disconnected();
    this.#owner.search(this, true);
  }

  /** @internal */
  circuitClosed(): void {
    const now = performance.now();
    const refused = this.#on === undefined || now - this.#lostAt < AGAIN_MS;
    this.#lostAt = now;
    this.#disconnected();
    if (!this.#closed) this.#owner.search(this, refused);
  }

  #disconnected(): void {
    this.#on = undefined;
    this.#link = undefined;
    for (const monitor of this.#monitors) monitor.lost();
    if (!this.#closed) this.#connected.next(false);
  }

  #request<T>(
    { signal }: RequestOptions,
    make: (resolve: (value: T) => void, reject: (reason: Error) => void) => ChannelRequest,
  ): Promise<T> {
    if (signal === undefined) return new Promise((resolve, reject) => this.ask(make(resolve, reject)));
    let cancel = (): void => {};
    const start = (): Promise<T> =>
      new Promise((resolve, reject) => {
        const request = make(resolve, reject);
        cancel = () => this.#owner.waiting.delete(request);
        this.ask(request);
      });
    return unlessAborted(signal, start, () => cancel());
  }

  /** @internal Sends a request, once connected. */
  ask(request: ChannelRequest): void {
    if (this.#on !== undefined) request.send(this.#on);
    else if (this.#closed) request.respond(Eca.CHANDESTROY);
    else this.#owner.waiting.add(request);
  }
}
