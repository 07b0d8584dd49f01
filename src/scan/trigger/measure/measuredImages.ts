import { Worker } from "node:worker_threads";
import { Observable } from "rxjs";
import type { NDArray } from "../../../drivers/ndarray/ndArray.js";
import { errorMessage } from "../../../libcom/errorMessage.js";
import { endThread } from "../../../libcom/workerThread.js";
import type { FromMeasureThread, ImageMessage, Measured, MeasureSettings, MeasureSpec } from "./messages.js";

export interface MeasuringOptions {
  readonly spec: MeasureSpec;
  /** As they are when an image is measured. */
  readonly settings: () => MeasureSettings;
  /** Images that come sooner after the last one measured are left out. */
  readonly periodSeconds: () => number;
  /** A measure that takes longer than this is given up. */
  readonly longestSeconds?: number;
}

const LONGEST_SECONDS = 10;

/**
 * Measures images in a thread of its own, one at a time; of those that come meanwhile the newest is next and the others are
 * left out. Fails, with a line that says why, when the measure cannot be opened, throws or does not end.
 */
export const measuredImages$ = (
  images$: Observable<NDArray>,
  options: MeasuringOptions,
): Observable<Measured> =>
  new Observable((subscriber) => {
    const thread = new Worker(new URL("./measureThreadMain.js", import.meta.url), {
      workerData: options.spec,
    });
    const longestSeconds = options.longestSeconds ?? LONGEST_SECONDS;
    let isReady = false;
    let underway: NDArray | undefined;
    let next: NDArray | undefined;
    let lastTime = Number.NEGATIVE_INFINITY;
    let deadline: NodeJS.Timeout | undefined;

    const fail = (reason: string): void => subscriber.error(new Error(reason));
    const send = (): void => {
      if (!isReady || underway !== undefined || next === undefined) return;
      underway = next;
      next = undefined;
      deadline = setTimeout(() => fail(`no answer within ${longestSeconds} s`), longestSeconds * 1000);
      thread.postMessage(messageOf(underway, options.settings()));
    };
    const take = (frame: NDArray): void => {
      const time = performance.now();
      if (time - lastTime < options.periodSeconds() * 1000) return;
      lastTime = time;
      next?.release();
      next = frame.retain();
      send();
    };
    thread.on("message", (message: FromMeasureThread) => {
      if (message.kind === "failed") return fail(message.message);
      if (message.kind === "ready") isReady = true;
      else {
        clearTimeout(deadline);
        underway?.release();
        underway = undefined;
        subscriber.next(message);
      }
      send();
    });
    thread.on("error", (error) => fail(errorMessage(error)));

    const subscription = images$.subscribe({ next: take, error: (error) => subscriber.error(error) });
    subscription.add(() => {
      clearTimeout(deadline);
      // The thread may still look at the pixels until it has ended.
      void endThread(thread, underway === undefined).finally(() => {
        underway?.release();
        next?.release();
      });
    });
    return subscription;
  });

function messageOf(frame: NDArray, settings: MeasureSettings): ImageMessage {
  const [x, y] = frame.dimensions;
  const { uniqueId, dataType, buffer } = frame;
  return { uniqueId, dataType, buffer, width: x?.size ?? 0, height: y?.size ?? 0, settings };
}
