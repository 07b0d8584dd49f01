import { performance } from "node:perf_hooks";

/** Clock and event loop; tests bring their own. */
export interface EventLoop {
  nowMicroseconds(): number;
  /** Runs in the next turn, which then comes without waiting for input. */
  nextTurn(action: () => void): void;
}

const nodeEventLoop: EventLoop = {
  nowMicroseconds: () => performance.now() * 1000,
  nextTurn: setImmediate,
};

/**
 * Keeps the event loop looking for input, instead of sleeping until there is some, for as long as the next request of a
 * client is likely to take: one that asks one thing after the other would otherwise wait for this process to fall asleep
 * and wake up each time. A client is waited for when it had its answer and asked again within the window, so it costs
 * at most one window after the last request of a client that asks that often, and nothing else.
 */
export class BusyPoll {
  readonly windowMicroseconds: number;
  readonly loop: EventLoop;
  #until = 0;
  #polling = false;

  /** @param windowMicroseconds 0 switches it off */
  constructor(windowMicroseconds: number, loop: EventLoop = nodeEventLoop) {
    this.windowMicroseconds = windowMicroseconds;
    this.loop = loop;
  }

  rhythm(): RequestRhythm {
    return new RequestRhythm(this);
  }

  stayAwakeUntil(end: number): void {
    this.#until = end;
    if (this.#polling) return;
    this.#polling = true;
    this.loop.nextTurn(this.#turn);
  }

  readonly #turn = (): void => {
    this.#polling = this.loop.nowMicroseconds() < this.#until;
    if (this.#polling) this.loop.nextTurn(this.#turn);
  };
}

/** How one circuit's requests come. */
export class RequestRhythm {
  readonly #poll: BusyPoll;
  #lastRequest = Number.NEGATIVE_INFINITY;
  #lastSent = 0;

  constructor(poll: BusyPoll) {
    this.#poll = poll;
  }

  /** @param sentBytes all that the client was sent until now */
  requested(sentBytes: number): void {
    const { windowMicroseconds, loop } = this.#poll;
    if (windowMicroseconds === 0) return;
    const now = loop.nowMicroseconds();
    const wasAnswered = sentBytes !== this.#lastSent;
    if (wasAnswered && now - this.#lastRequest < windowMicroseconds)
      this.#poll.stayAwakeUntil(now + windowMicroseconds);
    this.#lastRequest = now;
    this.#lastSent = sentBytes;
  }
}
