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

/** How one circuit's requests come. */
export interface RequestRhythm {
  /** @param sentBytes all that the client was sent until now */
  requested(sentBytes: number): void;
}

/**
 * Keeps the event loop looking for input, instead of sleeping until there is some, for as long as the next request of a
 * client is likely to take: one that asks one thing after the other would otherwise wait for this process to fall asleep
 * and wake up each time. A client is waited for when it had its answer and asked again within the window, so it costs
 * at most one window after the last request of a client that asks that often, and nothing else.
 */
export class BusyPoll {
  readonly #window: number;
  readonly #loop: EventLoop;
  #until = 0;
  #polling = false;

  /** @param windowMicroseconds 0 switches it off */
  constructor(windowMicroseconds: number, loop: EventLoop = nodeEventLoop) {
    this.#window = windowMicroseconds;
    this.#loop = loop;
  }

  rhythm(): RequestRhythm {
    let lastRequest = Number.NEGATIVE_INFINITY;
    let lastSent = 0;
    return {
      requested: (sentBytes) => {
        if (this.#window === 0) return;
        const now = this.#loop.nowMicroseconds();
        if (sentBytes !== lastSent && now - lastRequest < this.#window) this.#pollUntil(now + this.#window);
        lastRequest = now;
        lastSent = sentBytes;
      },
    };
  }

  #pollUntil(end: number): void {
    this.#until = end;
    if (this.#polling) return;
    this.#polling = true;
    this.#loop.nextTurn(this.#turn);
  }

  readonly #turn = (): void => {
    this.#polling = this.#loop.nowMicroseconds() < this.#until;
    if (this.#polling) this.#loop.nextTurn(this.#turn);
  };
}
