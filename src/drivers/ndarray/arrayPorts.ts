import { concat, defer, distinctUntilChanged, filter, map, type Observable, of, Subject } from "rxjs";
import type { NDArray } from "./ndArray.js";

/** A receiver with a bounded queue, for those who can wait until it has room instead of losing frames. */
export interface ArrayConsumer {
  /** Frames it can take at once without dropping. */
  readonly queueFree: number;
  /** Every change of `queueFree`. */
  readonly queueFree$: Observable<number>;
}

/** Anything that emits frames under an asyn port name: a camera or a plugin. */
export interface ArrayPort {
  readonly portName: string;
  /** Hot: a frame is valid during the call that delivers it; keep it with `retain()`. */
  readonly arrays$: Observable<NDArray>;
  /** What comes at an asyn address; a port without this gives the same at each. */
  arraysAt?(address: number): Observable<NDArray>;
  /** What one receiver gets, of a port that divides its frames among them. */
  arraysFor?(consumer: ArrayConsumer): Observable<NDArray>;
  /** Receivers announce themselves here while they listen, where the port takes notice of them. */
  readonly consumers?: Set<ArrayConsumer>;
}

/** The array ports of one process by name, so that NDArrayPort can be changed while running. */
export class ArrayPorts {
  readonly #ports = new Map<string, ArrayPort>();
  readonly #added = new Subject<ArrayPort>();

  add(port: ArrayPort): void {
    this.#ports.set(port.portName, port);
    this.#added.next(port);
  }

  get(portName: string): ArrayPort | undefined {
    return this.#ports.get(portName);
  }

  /** The port of that name now, undefined when there is none yet, and again when it is added. */
  watch(portName: string): Observable<ArrayPort | undefined> {
    const later = this.#added.pipe(filter((port) => port.portName === portName));
    return concat(
      defer(() => of(this.#ports.get(portName))),
      later,
    ).pipe(distinctUntilChanged());
  }
}

/** Frames published under a pvAccess channel name in this process, so that a local consumer needs no network. */
export class ImageStreams {
  readonly #streams = new Map<string, Observable<NDArray>>();
  readonly #added = new Subject<string>();

  add(channelName: string, arrays$: Observable<NDArray>): void {
    this.#streams.set(channelName, arrays$);
    this.#added.next(channelName);
  }

  get(channelName: string): Observable<NDArray> | undefined {
    return this.#streams.get(channelName);
  }

  /** The stream of that name now, undefined when there is none yet, and again when it is added. */
  watch(channelName: string): Observable<Observable<NDArray> | undefined> {
    const later = this.#added.pipe(
      filter((name) => name === channelName),
      map((name) => this.#streams.get(name)),
    );
    return concat(
      defer(() => of(this.#streams.get(channelName))),
      later,
    ).pipe(distinctUntilChanged());
  }
}
