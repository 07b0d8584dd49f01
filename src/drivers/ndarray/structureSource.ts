import {
  defer,
  distinctUntilChanged,
  filter,
  map,
  Observable,
  repeat,
  retry,
  switchMap,
  take,
  timer,
} from "rxjs";
import type { PvaClient, PvStructure, SharedPvProvider } from "../../pva/index.js";

/** Monitors of structures served by other processes. */
export interface StructureMonitor {
  /** The present structure and every later one; connects and reconnects by itself. */
  structures$(name: string): Observable<PvStructure>;
}

const LOOK_AGAIN_MS = 1000;

/** Events that a server keeps for us, so that a burst of frames is not lost. */
const QUEUE_SIZE = 32;

/** Structures by the pvAccess client; a server that refuses or ends a monitor is asked again. */
export const remoteStructures = (client: PvaClient): StructureMonitor => ({
  structures$: (name) =>
    client.monitor(name, { queueSize: QUEUE_SIZE }).pipe(
      retry({ delay: LOOK_AGAIN_MS }),
      repeat({ delay: LOOK_AGAIN_MS }),
      map((update) => update.value),
    ),
});

/** A structure by channel name: served by this process if it is, else through the network. */
export const structure$ = (
  name: string,
  local: SharedPvProvider,
  remote: StructureMonitor | undefined,
): Observable<PvStructure> =>
  defer(() => {
    if (local.has(name)) return localStructure$(name, local);
    return remote === undefined ? whenServed$(name, local) : remote.structures$(name);
  });

const localStructure$ = (name: string, local: SharedPvProvider): Observable<PvStructure> =>
  new Observable((subscriber) => {
    const pv = local.get(name);
    if (pv === undefined) return undefined;
    subscriber.next(pv.value);
    return pv.subscribe(({ value }) => subscriber.next(value));
  });

/** For a structure that this process will serve later. */
const whenServed$ = (name: string, local: SharedPvProvider): Observable<PvStructure> =>
  timer(0, LOOK_AGAIN_MS).pipe(
    filter(() => local.has(name)),
    take(1),
    switchMap(() => localStructure$(name, local)),
  );

/** The field `value` as numbers, each time it really changes: broadcasts come in several posts with the same data. */
export const broadcast$ = (structures$: Observable<PvStructure>): Observable<Float32Array> =>
  structures$.pipe(
    map((structure) => structure["value"]),
    distinctUntilChanged(),
    filter((value) => ArrayBuffer.isView(value)),
    map(numbersOf),
    distinctUntilChanged(sameNumbers),
  );

const numbersOf = (value: ArrayBufferView): Float32Array =>
  value instanceof Float32Array ? value : Float32Array.from(isIterableNumbers(value) ? value : [], Number);

const isIterableNumbers = (value: ArrayBufferView): value is ArrayBufferView & Iterable<number> =>
  Symbol.iterator in value;

const sameNumbers = (a: Float32Array, b: Float32Array): boolean =>
  a === b || (a.length === b.length && a.every((value, index) => value === b[index]));
