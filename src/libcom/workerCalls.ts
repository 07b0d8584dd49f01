import { parentPort, Worker } from "node:worker_threads";
import { errorMessage } from "./errorMessage.js";
import { endThread, takeMessages } from "./workerThread.js";

export interface Call<Request> {
  readonly id: number;
  readonly request: Request;
}

export type Answer<Value> =
  | { readonly id: number; readonly value: Value }
  | { readonly id: number; readonly error: string };

interface Pending<Value> {
  readonly resolve: (value: Value) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Calls into a worker thread, answered in order. The worker starts with `prepare` or the first call, keeps the process alive only
 * while calls are unanswered, and starts anew after it ended.
 */
export class WorkerCalls<Request, Value> {
  readonly #entry: URL;
  readonly #what: string;
  #worker: Worker | undefined;
  #nextId = 1;
  readonly #pending = new Map<number, Pending<Value>>();

  /** `what` names the worker in errors. */
  constructor(entry: URL, what: string) {
    this.#entry = entry;
    this.#what = what;
  }

  /** Starts the worker ahead of the first call, which then does not wait for it. */
  prepare(): void {
    if (this.#worker === undefined) this.#start().unref();
  }

  /** Rejects with the worker's reason, or when it ended. */
  ask(request: Request): Promise<Value> {
    const worker = this.#worker ?? this.#start();
    const call: Call<Request> = { id: this.#nextId++, request };
    worker.ref();
    return new Promise<Value>((resolve, reject) => {
      this.#pending.set(call.id, { resolve, reject });
      worker.postMessage(call);
    });
  }

  /** Ends the worker; calls that are unanswered are cut off. */
  async terminate(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker !== undefined) await endThread(worker, this.#pending.size === 0);
    this.#rejectAll(new Error(`${this.#what} was ended`));
  }

  #start(): Worker {
    const worker = new Worker(this.#entry);
    this.#worker = worker;
    worker.on("message", (answer: Answer<Value>) => this.#settle(worker, answer));
    worker.on("error", (error) => this.#onEnd(worker, error.message));
    worker.on("exit", (code) => this.#onEnd(worker, `exit code ${code}`));
    return worker;
  }

  #settle(worker: Worker, answer: Answer<Value>): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (this.#pending.size === 0) worker.unref();
    if ("error" in answer) pending?.reject(new Error(answer.error));
    else pending?.resolve(answer.value);
  }

  #onEnd(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#rejectAll(new Error(`${this.#what} ended unexpectedly: ${reason}`));
  }

  #rejectAll(error: Error): void {
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of waiting) reject(error);
  }
}

/** The worker's side: performs each call, and answers with its value or with what `describe` makes of an error. */
export function answerCalls<Request, Value>(
  perform: (request: Request) => Value | Promise<Value>,
  describe: (error: unknown) => string = errorMessage,
): void {
  const port = parentPort;
  if (port === null) throw new Error("only a worker answers calls");
  const reply = (answer: Answer<Value>) => port.postMessage(answer);
  takeMessages(port, async ({ id, request }: Call<Request>) => {
    try {
      reply({ id, value: await perform(request) });
    } catch (error) {
      reply({ id, error: describe(error) });
    }
  });
}
