import { BehaviorSubject, distinctUntilChanged, Observable } from "rxjs";
import { convertValue } from "../../channel/convert.js";
import type { DbfType, TypedValue, Value } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import type { AccessRights, Properties, WriteResult } from "../../channel/provider.js";
import { failed, ok } from "../../libcom/result.js";
import { type DbrBase, type DbrType, dbrTypeOf, nativeBase } from "../codec/dbrTypes.js";
import { Eca, isSuccess } from "../codec/eca.js";
import type { CaMessage } from "../codec/message.js";
import { CaError } from "./caError.js";
import { ChannelMonitor } from "./channelMonitor.js";
import type { CircuitConnection } from "./circuitConnection.js";
import type { CircuitChannel, ResponseHandler } from "./clientCircuit.js";
import { type CaReading, type ReadingOptions, readingOf, requestType } from "./reading.js";

const DEFAULT_TIMEOUT_SECONDS = 5;

export interface RequestOptions {
  /** How long connection and answer may take together; default 5. */
  readonly timeoutSeconds?: number;
}

export interface ReadOptions extends ReadingOptions, RequestOptions {}

export interface MonitorOptions extends ReadingOptions {
  /** Bits of EventMask; default VALUE | ALARM. */
  readonly mask?: number;
}

/** What a channel needs of the client it belongs to. */
export interface ChannelOwner {
  search(channel: CaChannel, refused: boolean): void;
  closed(channel: CaChannel): void;
}

interface Connection {
  readonly connection: CircuitConnection;
  readonly sid: number;
}

/** Starts a request on a connected channel; returns how to give it up. */
type RequestStart = (on: Connection, done: ResponseHandler) => () => void;

interface WaitingRequest {
  readonly start: () => void;
}

/**
 * A PV somewhere on the network. It is searched for until `close`; requests wait for the connection within their
 * timeout, monitors come back by themselves after a disconnection.
 */
export class CaChannel implements CircuitChannel {
  readonly name: string;
  readonly cid: number;
  readonly priority: number;
  readonly #owner: ChannelOwner;
  readonly #connected = new BehaviorSubject(false);
  readonly #accessRights = new BehaviorSubject<AccessRights>({ read: false, write: false });
  readonly #waiting = new Set<WaitingRequest>();
  readonly #monitors = new Set<ChannelMonitor>();
  #link: CircuitConnection | undefined;
  #on: Connection | undefined;
  #fieldType: DbfType = "DOUBLE";
  #elementCount = 0;
  #closed = false;

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
    return this.#connected.pipe(distinctUntilChanged());
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
    return this.#accessRights.asObservable();
  }

  /** `host:port` of the server; empty while disconnected. */
  get server(): string {
    return this.#on === undefined ? "" : this.#on.connection.peer;
  }

  /** Resolves when connected; rejects with ECA_TIMEOUT. */
  async whenConnected(options: RequestOptions = {}): Promise<void> {
    await this.#request(options, (_on, done) => {
      done(Eca.NORMAL);
      return () => {};
    });
  }

  /** One reading, as the server has it now. Rejects with a CaError. */
  async read(options: ReadOptions = {}): Promise<CaReading> {
    return this.#request(
      options,
      (on, done) => {
        const type = requestType(options, this.#fieldType);
        const { circuit } = on.connection;
        const id = circuit.readNotify(on.sid, type, options.count ?? 0, done);
        return () => circuit.forget(id);
      },
      (message) => {
        const reading = message === undefined ? failed("no payload") : readingOf(message);
        if (!reading.ok) throw new Error(`${this.name}: ${reading.error}`);
        return reading.value;
      },
    );
  }

  /** Units, precision, limits and states. */
  async properties(options: RequestOptions = {}): Promise<Properties> {
    const reading = await this.read({ ...options, type: "ctrl", count: 1 });
    return reading.properties ?? {};
  }

  /** Writes without waiting; fails only when it cannot be sent. The server reports a refusal in the log. */
  write(value: TypedValue): WriteResult {
    if (this.#on === undefined) return failed({ reason: "failed", message: `${this.name} is not connected` });
    if (!this.access.write)
      return failed({ reason: "noAccess", message: `${this.name}: write access denied` });
    const { connection, sid } = this.#on;
    const wire = wireValue(value);
    connection.circuit.write(sid, wire.type, wire.value);
    return ok(undefined);
  }

  /** Writes and waits until everything the write started has finished (put-callback). Rejects with a CaError. */
  async writeNotify(value: TypedValue, options: RequestOptions = {}): Promise<void> {
    const wire = wireValue(value);
    await this.#request(options, (on, done) => {
      const { circuit } = on.connection;
      const id = circuit.writeNotify(on.sid, wire.type, wire.value, done);
      return () => circuit.forget(id);
    });
  }

  /** PUT_ACKT or PUT_ACKS. */
  writeAcknowledge(acknowledge: { transient: boolean } | { severity: number }): WriteResult {
    if (this.#on === undefined) return failed({ reason: "failed", message: `${this.name} is not connected` });
    const [kind, code] =
      "severity" in acknowledge
        ? (["acks", acknowledge.severity] as const)
        : (["ackt", acknowledge.transient ? 1 : 0] as const);
    this.#on.connection.circuit.write(this.#on.sid, dbrTypeOf(kind, "ENUM"), code);
    return ok(undefined);
  }

  /** The present value and every change, across disconnections; completes on `close`. Each subscriber has its own. */
  monitor(options: MonitorOptions = {}): Observable<CaReading> {
    return new Observable((subscriber) => {
      if (this.#closed) return subscriber.complete();
      const mask = options.mask ?? EventMask.VALUE | EventMask.ALARM;
      const monitor = new ChannelMonitor(this.name, mask, options, subscriber);
      this.#monitors.add(monitor);
      if (this.#on !== undefined) monitor.start(this.#on.connection.circuit, this.#on.sid, this.#fieldType);
      return () => {
        this.#monitors.delete(monitor);
        monitor.stop();
      };
    });
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
    if (on !== undefined) on.connection.circuit.clearChannel(on.sid, this.cid);
    else link?.circuit.abandonChannel(this.cid);
    link?.releaseIfIdle();
    this.#connected.next(false);
    this.#connected.complete();
    this.#accessRights.complete();
    this.#owner.closed(this);
  }

  /** The server was found: the channel is created on its circuit. */
  attach(connection: CircuitConnection): void {
    this.#link = connection;
    connection.circuit.createChannel(this);
  }

  created(sid: number, base: DbrBase, count: number): void {
    if (this.#link === undefined) return;
    this.#fieldType = base;
    this.#elementCount = count;
    this.#on = { connection: this.#link, sid };
    for (const monitor of this.#monitors) monitor.start(this.#link.circuit, sid, base);
    for (const request of [...this.#waiting]) request.start();
    this.#connected.next(true);
  }

  accessRights(read: boolean, write: boolean): void {
    this.#accessRights.next({ read, write });
  }

  rejected(): void {
    this.#link?.releaseIfIdle();
    this.#disconnected();
    this.#owner.search(this, true);
  }

  circuitClosed(): void {
    const refused = this.#on === undefined;
    this.#disconnected();
    if (!this.#closed) this.#owner.search(this, refused);
  }

  #disconnected(): void {
    this.#on = undefined;
    this.#link = undefined;
    for (const monitor of this.#monitors) monitor.lost();
    if (!this.#closed) this.#connected.next(false);
  }

  /** Runs a request once connected, and ends it by its answer, its timeout, a disconnection or `close`. */
  #request(options: RequestOptions, start: RequestStart): Promise<void>;
  #request<T>(
    options: RequestOptions,
    start: RequestStart,
    result: (message: CaMessage | undefined) => T,
  ): Promise<T>;
  #request<T>(
    options: RequestOptions,
    start: RequestStart,
    result?: (message: CaMessage | undefined) => T,
  ): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new CaError(this.name, Eca.CHANDESTROY));
      let giveUp = (): void => {};
      const settle = (action: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
        action();
      };
      const done: ResponseHandler = (status, message) =>
        settle(() => {
          if (!isSuccess(status)) return reject(new CaError(this.name, status));
          try {
            resolve(result?.(message));
          } catch (error) {
            reject(error);
          }
        });
      const waiting: WaitingRequest = {
        start: () => {
          this.#waiting.delete(waiting);
          if (this.#on !== undefined) giveUp = start(this.#on, done);
        },
      };
      const timer = setTimeout(
        () =>
          settle(() => {
            giveUp();
            reject(new CaError(this.name, Eca.TIMEOUT));
          }),
        (options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000,
      );
      if (this.#on === undefined) this.#waiting.add(waiting);
      else waiting.start();
    });
  }
}

/** The value as Channel Access carries it: 64-bit integers as doubles, characters unsigned. */
function wireValue(value: TypedValue): { type: DbrType; value: Value } {
  const base = nativeBase(value.type);
  const type = dbrTypeOf("plain", base);
  const converted = convertValue(value.value, value.type, base);
  return { type, value: converted.ok ? converted.value : value.value };
}
