import { type MonoTypeOperatorFunction, Observable } from "rxjs";

/** What is promised, unless the signal comes first: then `cancel` is called, and the promise rejects with the signal's reason. */
export function unlessAborted<T>(
  signal: AbortSignal,
  start: () => Promise<T>,
  cancel: () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = (): void => {
      cancel();
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    void start()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Ends with the signal's reason as its error. */
export const untilAborted =
  <T>(signal: AbortSignal | undefined): MonoTypeOperatorFunction<T> =>
  (source) =>
    signal === undefined
      ? source
      : new Observable((subscriber) => {
          const abort = (): void => subscriber.error(signal.reason);
          if (signal.aborted) return abort();
          signal.addEventListener("abort", abort, { once: true });
          subscriber.add(() => signal.removeEventListener("abort", abort));
          subscriber.add(source.subscribe(subscriber));
        });
