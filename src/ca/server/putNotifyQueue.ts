import type { TypedValue } from "../../channel/dbf.js";
import type { Channel, WriteResult } from "../../channel/provider.js";
import { Eca } from "../codec/eca.js";

/** RSRV gives a running put-callback this long when another one waits behind it. */
const PATIENCE_SECONDS = 60;
/** More requests than a client with a sane design ever has in flight on one channel. */
const MAXIMUM_WAITING = 10_000;

interface PendingPut {
  readonly value: TypedValue;
  readonly reply: (status: number) => void;
}

export const writeStatus = (result: WriteResult): number =>
  result.ok ? Eca.NORMAL : result.error.reason === "noAccess" ? Eca.NOWTACCESS : Eca.PUTFAIL;

/** The put-callbacks of one channel: one at a time, in the order they came. */
export class PutNotifyQueue {
  readonly #channel: Channel;
  readonly #waiting: PendingPut[] = [];
  #running: PendingPut | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  put(value: TypedValue, reply: (status: number) => void): void {
    const request = { value, reply };
    if (this.#running === undefined) this.#start(request);
    else if (this.#waiting.length >= MAXIMUM_WAITING) reply(Eca.PUTCBINPROG);
    else {
      this.#waiting.push(request);
      this.#limitRunning();
    }
  }

  /** Nobody is told of what still runs. */
  close(): void {
    clearTimeout(this.#timer);
    this.#running = undefined;
    this.#waiting.length = 0;
  }

  #start(request: PendingPut): void {
    this.#running = request;
    if (this.#waiting.length > 0) this.#limitRunning();
    this.#channel.writeNotify(request.value).then(
      (result) => this.#finish(request, writeStatus(result)),
      () => this.#finish(request, Eca.PUTFAIL),
    );
  }

  #limitRunning(): void {
    const running = this.#running;
    if (running === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#finish(running, Eca.PUTCBINPROG), PATIENCE_SECONDS * 1000);
    this.#timer.unref();
  }

  #finish(request: PendingPut, status: number): void {
    if (this.#running !== request) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running = undefined;
    request.reply(status);
    const next = this.#waiting.shift();
    if (next !== undefined) this.#start(next);
  }
}
