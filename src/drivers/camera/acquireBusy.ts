import type { Clock } from "../stage/clock.js";
import type { ADDriverParameters } from "./adDriverParameters.js";

/** Records that follow AcquireBusy through CP links miss a pulse shorter than their own processing, and a put-callback on Acquire never ends. */
const SHORTEST_SECONDS = 0.02;

/** Records of this process follow each other within so many turns of the event loop, however long one of them takes on a busy computer. */
const SHORTEST_TURNS = 10;

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A detector's ACQUIRE_BUSY: 1 from the start of an acquisition until it is over, and the plugins are where they are waited for. */
export class AcquireBusy {
  readonly #params: ADDriverParameters;
  readonly #clock: Clock;
  readonly #pluginsIdle: () => Promise<unknown>;
  #acquisition = 0;
  #begun = 0;
  #followed: Promise<void> = Promise.resolve();

  constructor(params: ADDriverParameters, clock: Clock, pluginsIdle: () => Promise<unknown>) {
    this.#params = params;
    this.#clock = clock;
    this.#pluginsIdle = pluginsIdle;
  }

  begin(): void {
    this.#acquisition += 1;
    this.#begun = this.#clock.now();
    this.#followed = turns(SHORTEST_TURNS);
    this.#params.ACQUIRE_BUSY.set(1);
  }

  /** The acquisition is over. */
  end(): void {
    const { ACQUIRE_BUSY, WAIT_FOR_PLUGINS } = this.#params;
    const acquisition = this.#acquisition;
    const idle = WAIT_FOR_PLUGINS.value === 1 ? this.#pluginsIdle() : undefined;
    void Promise.all([idle, this.#followed, this.#reached(this.#begun + SHORTEST_SECONDS)]).then(() => {
      if (acquisition === this.#acquisition) ACQUIRE_BUSY.set(0);
    });
  }

  #reached(time: number): Promise<void> {
    if (this.#clock.now() >= time) return Promise.resolve();
    return new Promise((resolve) => void this.#clock.at(time, resolve));
  }
}
