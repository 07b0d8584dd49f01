import { setTimeout as delay } from "node:timers/promises";
import { defer, finalize, map, type Observable, Subject } from "rxjs";
import type { Value } from "../../src/channel/dbf.js";
import type { Pv, PvDirectory } from "../../src/records/pv.js";

export interface ObservedPut {
  readonly name: string;
  readonly value: Value;
}

/** The PVs of a server, with everything it does to them told: each write, each subscription, each that it opens or closes. */
export class ObservedPvs implements PvDirectory {
  /** How long a read takes, as over a network. */
  readMilliseconds = 0;
  readonly #puts = new Subject<ObservedPut>();
  #subscriptions = 0;
  #open = 0;

  constructor(private readonly directory: PvDirectory) {}

  /** What the server has written, when it has. */
  get puts$(): Observable<ObservedPut> {
    return this.#puts;
  }

  /** The name of each PV when the server has written it. */
  get writes$(): Observable<string> {
    return this.#puts.pipe(map(({ name }) => name));
  }

  /** Subscriptions to values and connections that are alive. */
  get subscriptions(): number {
    return this.#subscriptions;
  }

  /** PVs opened and not closed. */
  get open(): number {
    return this.#open;
  }

  pv(name: string): Pv {
    const inner = this.directory.pv(name);
    this.#open += 1;
    return {
      name,
      connected$: this.#counted(inner.connected$),
      sample$: this.#counted(inner.sample$),
      get connected() {
        return inner.connected;
      },
      get sample() {
        return inner.sample;
      },
      properties: () => inner.properties(),
      read: async (options) => {
        if (this.readMilliseconds > 0) await delay(this.readMilliseconds);
        return inner.read(options);
      },
      write: (value) => {
        inner.write(value);
        this.#puts.next({ name, value });
      },
      writeNotify: async (value, options) => {
        const done = inner.writeNotify(value, options);
        this.#puts.next({ name, value });
        await done;
      },
      close: () => {
        this.#open -= 1;
        inner.close();
      },
    };
  }

  #counted<T>(values$: Observable<T>): Observable<T> {
    return defer(() => {
      this.#subscriptions += 1;
      return values$.pipe(
        finalize(() => {
          this.#subscriptions -= 1;
        }),
      );
    });
  }
}
