import type { WriteResult } from "../channel/provider.js";
import type { DbRecord, PutNotify } from "./dbRecord.js";

/**
 * One put with completion. It counts every record that its put made process, directly or through links, and is done
 * when the last of them has finished. One put-callback at a time owns a record; later ones wait for their turn.
 */
export class ProcessNotify implements PutNotify {
  state: PutNotify["state"] = "queued";
  readonly waiting = new Set<DbRecord>();

  /**
   * @param put stores the value; called when the record is free
   * @param processes whether the put processes the record
   * @param done called once, with what `put` returned
   */
  constructor(
    readonly target: DbRecord,
    readonly put: () => WriteResult,
    readonly processes: () => boolean,
    readonly done: (result: WriteResult) => void,
  ) {}

  finish(result: WriteResult): void {
    this.state = "done";
    this.done(result);
  }

  start(): void {
    const { target } = this;
    if (target.notify === undefined) {
      this.begin();
      return;
    }
    target.notifyQueue ??= [];
    target.notifyQueue.push(this);
  }

  /** The record is this put's; waits until it is idle, then puts. */
  begin(): void {
    const { target } = this;
    target.notify = this;
    if (target.record.PACT !== 0) {
      this.state = "waitingForRecord";
      this.waiting.add(target);
      return;
    }
    const result = this.put();
    if (!result.ok || !this.processes()) {
      release(target);
      this.finish(result);
      return;
    }
    this.state = "processing";
    this.waiting.add(target);
    target.record.PUTF = 1;
    target.process();
  }

  /** The client has gone: frees every record that this put holds. */
  cancel(): void {
    const queue = this.target.notifyQueue ?? [];
    const queued = queue.indexOf(this);
    if (queued >= 0) queue.splice(queued, 1);
    this.state = "done";
    for (const instance of this.waiting) if (instance.notify === this) release(instance);
    this.waiting.clear();
    if (this.target.notify === this) release(this.target);
  }
}

/** A record made to process by one that a put-callback waits for is waited for as well. */
export function notifyAdd(from: DbRecord, to: DbRecord): void {
  const { notify } = from;
  if (notify === undefined || to.record.PACT !== 0 || to.notify !== undefined) return;
  if (notify.state !== "processing" || to === notify.target) return;
  to.notify = notify;
  notify.waiting.add(to);
}

/** A record has finished processing. */
export function notifyCompletion(instance: DbRecord): void {
  const { notify } = instance;
  if (notify === undefined || !notify.waiting.delete(instance)) return;
  if (notify.waiting.size > 0) {
    release(instance);
  } else if (notify.state === "processing") {
    release(instance);
    notify.finish({ ok: true, value: undefined });
  } else if (notify.state === "waitingForRecord") {
    instance.host.callbacks.request(() => {
      if (notify.state === "waitingForRecord") notify.begin();
    });
  }
}

/** Gives the record to the next put-callback in line. */
function release(instance: DbRecord): void {
  const next = instance.notifyQueue?.shift();
  instance.notify = next;
  if (next === undefined) return;
  instance.host.callbacks.request(() => {
    if (next.state === "queued" && instance.notify === next) next.begin();
  });
}
