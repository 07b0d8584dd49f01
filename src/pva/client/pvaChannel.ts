import { BehaviorSubject, distinctUntilChanged, Observable } from "rxjs";
import { asError } from "../../libcom/errorMessage.js";
import { timerMs } from "../../libcom/timerMs.js";
import type { PvType, StructureType } from "../data/types.js";
import type { PvStructure } from "../data/values.js";
import { EVERYTHING, type PvRequest, parsePvRequest } from "../protocol/pvRequest.js";
import type { ChannelListener } from "./clientConnection.js";
import {
  GetRequest,
  InfoRequest,
  type Link,
  MonitorRequest,
  type Outcome,
  type PutBuilder,
  PutRequest,
  PvaError,
  type PvUpdate,
  RpcRequest,
  type RpcResult,
} from "./operations.js";

export interface RequestOptions {
  /** A pvRequest as text, `field(value)record[block=true]`; everything when absent. */
  readonly request?: string;
  /** How long to wait for connection and answer together. Default 5. */
  readonly timeoutSeconds?: number;
}

export interface PutOptions extends RequestOptions {
  /** Read the present value before, for a builder that needs it (the choices of an enum). */
  readonly getsFirst?: boolean;
}

export interface PvaMonitorOptions {
  readonly request?: string;
  /** Length of the server's queue, and the most events it sends ahead of our acknowledgements. */
  readonly pipeline?: number;
  /** Length of the server's queue without acknowledgements. */
  readonly queueSize?: number;
}

const DEFAULT_TIMEOUT_SECONDS = 5;

/** Thrown by an operation that did not finish in time. */
export class PvaTimeoutError extends Error {
  override readonly name = "PvaTimeoutError";
}

function requestOf(text: string | undefined): PvRequest {
  if (text === undefined) return EVERYTHING;
  const parsed = parsePvRequest(text);
  if (!parsed.ok) throw new PvaError(parsed.error);
  return parsed.value;
}

interface Abandonable {
  abandon(): void;
}

/** A name on whatever server has it; found again when that server goes and comes back. */
export class PvaChannel implements ChannelListener {
  private readonly link$ = new BehaviorSubject<Link | undefined>(undefined);
  private isClosed = false;

  constructor(
    readonly cid: number,
    readonly name: string,
    private readonly lifecycle: {
      lost(channel: PvaChannel): void;
      refused(channel: PvaChannel, message: string): void;
      link(channel: PvaChannel, sid: number): Link;
      closed(channel: PvaChannel, link: Link | undefined): void;
    },
  ) {}

  get connected(): boolean {
    return this.link$.value !== undefined;
  }

  /** Address and port of the server while connected. */
  get server(): string | undefined {
    return this.link$.value?.connection.peer;
  }

  /** True while connected; starts with the present state, completes when the channel is closed. */
  get connected$(): Observable<boolean> {
    return new Observable<boolean>((subscriber) =>
      this.link$.subscribe({
        next: (link) => subscriber.next(link !== undefined),
        complete: () => subscriber.complete(),
      }),
    ).pipe(distinctUntilChanged());
  }

  /** Reads the structure. Rejects with PvaTimeoutError, or PvaError and the server's reason. */
  get({ request, timeoutSeconds }: RequestOptions = {}): Promise<PvUpdate> {
    return this.perform<PvUpdate>(
      "get",
      timeoutSeconds,
      (link, outcome) => new GetRequest(link, requestOf(request), outcome),
    );
  }

  /** Writes the fields given, or what a builder makes of type and present value. */
  put(fields: PvStructure | PutBuilder, options: PutOptions = {}): Promise<void> {
    const { request, timeoutSeconds, getsFirst = false } = options;
    const build: PutBuilder = typeof fields === "function" ? fields : () => fields;
    return this.perform<void>(
      "put",
      timeoutSeconds,
      (link, outcome) => new PutRequest(link, requestOf(request), build, getsFirst, outcome),
    );
  }

  /** The type of the structure, or of one field of it. */
  info({ field = "", timeoutSeconds }: { field?: string; timeoutSeconds?: number } = {}): Promise<PvType> {
    return this.perform<PvType>(
      "info",
      timeoutSeconds,
      (link, outcome) => new InfoRequest(link, field, outcome),
    );
  }

  /** Calls the channel as a remote procedure. */
  rpc(
    type: StructureType,
    argument: PvStructure,
    { timeoutSeconds }: RequestOptions = {},
  ): Promise<RpcResult> {
    return this.perform<RpcResult>(
      "call",
      timeoutSeconds,
      (link, outcome) => new RpcRequest(link, type, argument, outcome),
    );
  }

  /**
   * The present value and each change, for as long as the observable is subscribed to; goes on by itself after a
   * reconnection, which starts with a complete value again. Errors when the server refuses; completes when the server
   * ends the subscription or the channel is closed.
   */
  monitor({ request, pipeline, queueSize }: PvaMonitorOptions = {}): Observable<PvUpdate> {
    return new Observable<PvUpdate>((subscriber) => {
      const asked = requestOf(request);
      const options =
        queueSize === undefined
          ? asked.options
          : new Map([...asked.options, ["queueSize", String(queueSize)] as const]);
      let monitor: MonitorRequest | undefined;
      const links = this.link$.subscribe({
        next: (link) => {
          monitor =
            link === undefined
              ? undefined
              : new MonitorRequest(
                  link,
                  { request: { ...asked, options }, ...(pipeline === undefined ? {} : { pipeline }) },
                  {
                    update: (update) => subscriber.next(update),
                    finished: () => subscriber.complete(),
                    failed: (error) => subscriber.error(error),
                  },
                );
        },
        complete: () => subscriber.complete(),
      });
      return () => {
        links.unsubscribe();
        monitor?.abandon();
      };
    });
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    const link = this.link$.value;
    this.link$.next(undefined);
    this.link$.complete();
    this.lifecycle.closed(this, link);
  }

  created(sid: number): void {
    this.link$.next(this.lifecycle.link(this, sid));
  }

  refused(message: string): void {
    this.lifecycle.refused(this, message);
  }

  lost(): void {
    if (this.isClosed) return;
    this.link$.next(undefined);
    this.lifecycle.lost(this);
  }

  /** Runs a request once connected; one that a lost connection cut off starts again, except puts and calls. */
  private perform<T>(
    what: string,
    timeoutSeconds: number | undefined,
    start: (link: Link, outcome: Outcome<T>) => Abandonable,
  ): Promise<T> {
    const seconds = timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
    return new Promise<T>((resolve, reject) => {
      let running: Abandonable | undefined;
      const finish = () => {
        clearTimeout(timer);
        // Deferred: the present link is delivered within subscribe, before `links` is known.
        queueMicrotask(() => links.unsubscribe());
      };
      const outcome: Outcome<T> = {
        resolve: (value) => {
          finish();
          resolve(value);
        },
        reject: (error) => {
          finish();
          reject(new PvaError(`${this.name}: ${error.message}`));
        },
      };
      const timer = setTimeout(() => {
        running?.abandon();
        finish();
        reject(
          new PvaTimeoutError(
            `${this.name}: ${this.connected ? `${what} not answered` : "not connected"} within ${seconds} s`,
          ),
        );
      }, timerMs(seconds));
      const isRepeatable = what === "get" || what === "info";
      const links = this.link$.subscribe({
        next: (link) => {
          if (link === undefined) {
            if (running !== undefined && !isRepeatable) outcome.reject(new Error("connection lost"));
            return;
          }
          try {
            running = start(link, outcome);
          } catch (error) {
            outcome.reject(asError(error));
          }
        },
        complete: () => outcome.reject(new Error("the channel was closed")),
      });
    });
  }
}
