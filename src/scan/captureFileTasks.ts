import { Worker } from "node:worker_threads";
import { concatMap, EMPTY, map, Observable, of } from "rxjs";
import type { CaptureToFinish, FieldKind, MeanImage } from "./captureFile.js";

export type CaptureFileTask =
  | { readonly kind: "finish"; readonly capture: CaptureToFinish }
  | { readonly kind: "mean"; readonly path: string; readonly field: FieldKind };

export type CaptureFileReply =
  | { readonly ok: true; readonly kind: "finish"; readonly count: number }
  | { readonly ok: true; readonly kind: "mean"; readonly image: MeanImage }
  | { readonly ok: false; readonly message: string };

/** Edits files in a thread of its own: a stack of flat fields takes longer than the main thread may be away. */
function run(task: CaptureFileTask): Observable<Exclude<CaptureFileReply, { ok: false }>> {
  return new Observable((subscriber) => {
    const worker = new Worker(new URL("./captureFileWorker.js", import.meta.url), { workerData: task });
    worker.once("message", (reply: CaptureFileReply) => {
      if (!reply.ok) return subscriber.error(new Error(reply.message));
      subscriber.next(reply);
      subscriber.complete();
    });
    worker.once("error", (error) => subscriber.error(error));
    worker.once("exit", (code) => subscriber.error(new Error(`the file thread ended with ${code}`)));
    return () => void worker.terminate();
  });
}

/** Writes theta, dark and flat fields into a captured file; emits the number of angles. */
export const finishCaptureFile = (capture: CaptureToFinish): Observable<number> =>
  run({ kind: "finish", capture }).pipe(map((reply) => (reply.kind === "finish" ? reply.count : 0)));

/** Emits the mean of the dark or flat fields of a file. */
export const meanFields = (path: string, field: FieldKind): Observable<MeanImage> =>
  run({ kind: "mean", path, field }).pipe(
    concatMap((reply) => (reply.kind === "mean" ? of(reply.image) : EMPTY)),
  );
