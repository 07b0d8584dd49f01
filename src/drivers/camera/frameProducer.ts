import { Worker } from "node:worker_threads";
import { endThread } from "../../libcom/workerThread.js";
import type { FrameRequest, FrameSourceOptions, SourceInfo } from "./frameSource.js";

/** One frame to make, and the pool memory it goes to. */
export interface FrameJob {
  readonly id: number;
  readonly request: FrameRequest;
  readonly buffer: SharedArrayBuffer;
}

export type FrameWorkerReply =
  | { readonly kind: "ready"; readonly info: SourceInfo }
  | { readonly kind: "unusable"; readonly message: string }
  | { readonly kind: "done"; readonly id: number }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** Frames made in a thread of their own, one after the other, straight into shared memory. */
export class FrameProducer {
  /** The sensor's size once the source is open; rejects when it cannot be opened. */
  readonly ready: Promise<SourceInfo>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;

  constructor(source: FrameSourceOptions) {
    this.#worker = new Worker(new URL("./frameWorker.js", import.meta.url), { workerData: source });
    this.#worker.unref();
    this.ready = new Promise((resolve, reject) => {
      this.#worker.on("message", (message: FrameWorkerReply) => {
        if (message.kind === "ready") resolve(message.info);
        else if (message.kind === "unusable") reject(new Error(message.message));
        else this.#settle(message);
      });
      this.#worker.on("error", (error) => {
        reject(error);
        this.#failAll(error);
      });
      this.#worker.on("exit", () => {
        reject(new Error("the frame source was closed"));
        this.#failAll(new Error("the frame source was closed"));
      });
    });
    // Whoever needs the source looks at `ready`; an unusable one must not end the process before that.
    this.ready.catch(() => {});
  }

  /** How many frames are asked for and not made yet. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** Resolves when the frame is in `buffer`. Frames come in the order they were asked for. */
  render(request: FrameRequest, buffer: SharedArrayBuffer): Promise<void> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const job: FrameJob = { id, request, buffer };
      this.#worker.postMessage(job);
    });
  }

  /** Frames that are not made yet are cut off. */
  async close(): Promise<void> {
    await endThread(this.#worker, this.#waiting.size === 0);
  }

  #settle(reply: Extract<FrameWorkerReply, { id: number }>): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.kind === "done") waiting?.resolve();
    else waiting?.reject(new Error(reply.message));
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
