import { performance } from "node:perf_hooks";

/** Clock and event loop; tests bring their own. */
export interface EventLoop {
  nowMicroseconds(): number;
  /** Runs in the next turn, which then comes without waiting for input. */
  nextTurn(action: () => void): void;
}

/** A turn without input takes a few microseconds. Where it takes so long, something else wants the processor. */
const STOLEN_MICROSECONDS = 2000;
/** So long the event loop then sleeps after each answer: who sleeps is woken at once, who waits awake has to give way. */
const REST_MICROSECONDS = 50_000;

const nodeEventLoop: EventLoop = {
  nowMicroseconds: () => performance.now() * 1000,
  nextTurn: setImmediate,
};

/**
 * Keeps the event loop looking for input, instead of sleeping until there is some, for as long as the next request of a
 * client is likely to take: one that asks one thing after the other would otherwise wait for this process to fall asleep
 * and wake up each time. A client is waited for when it had its answer and asked again within the window, so it costs
 * at most one window after the last request of a client that asks that often, and nothing else. Where other programs want the
 * processor nobody is waited for awake.
 */
export class BusyPoll {
  readonly windowMicroseconds: number;
  readonly loop: EventLoop;
  #until = 0;
  #polling = false;
  #lastTurn = 0;
  #restsUntil = Number.NEGATIVE_INFINITY;

  /** @param windowMicroseconds 0 switches it off */
  constructor(windowMicroseconds: number, loop: EventLoop = nodeEventLoop) {
    this.windowMicroseconds = windowMicroseconds;
    this.loop = loop;
  }

  rhythm(): RequestRhythm {
    return new RequestRhythm(this);
  }

  /** From now on for a window. */
  stayAwake(now: number): void {
    this.#until = now + this.windowMicroseconds;
    if (this.#polling || now < this.#restsUntil) return;
    this.#polling = true;
    this.#lastTurn = now;
    this.loop.nextTurn(this.#turn);
  }

  readonly #turn = (): void => {
    const now = this.loop.nowMicroseconds();
    if (now - this.#lastTurn > STOLEN_MICROSECONDS) this.#restsUntil = now + REST_MICROSECONDS;
    this.#lastTurn = now;
    this.#polling = now < this.#until && now >= this.#restsUntil;
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
    if (wasAnswered && now - this.#lastRequest < windowMicroseconds) this.#poll.stayAwake(now);
    this.#lastRequest = now;
    this.#lastSent = sentBytes;
  }
}
