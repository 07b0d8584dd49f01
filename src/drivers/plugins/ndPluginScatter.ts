import { Observable, type Subscriber } from "rxjs";
import { makeParameters } from "../asyn/defineDriver.js";
import { choice } from "../asyn/driverParameter.js";
import type { ArrayConsumer } from "../ndarray/arrayPorts.js";
import type { NDArray } from "../ndarray/ndArray.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";

interface Listener {
  /** Absent for those who take whatever comes. */
  readonly consumer: ArrayConsumer | undefined;
  readonly subscriber: Subscriber<NDArray>;
}

const hasRoom = ({ consumer }: Listener): boolean => consumer === undefined || consumer.queueFree > 0;

/**
 * Gives each frame to one of its listeners, to each in turn (NDPluginScatter). Whose queue is full is left out this time; where all
 * are full, the last that was asked loses the frame.
 */
export class NDPluginScatter extends NDPlugin {
  override readonly arrays$ = this.arraysFor(undefined);
  readonly #listeners: Listener[] = [];
  #next = 0;

  constructor(setup: PluginSetup) {
    super(setup, "NDPluginScatter", makeParameters({ SCATTER_METHOD: choice(["Round robin"]) }));
  }

  arraysFor(consumer: ArrayConsumer | undefined): Observable<NDArray> {
    return new Observable((subscriber) => {
      const listener = { consumer, subscriber };
      this.#listeners.push(listener);
      return () => {
        this.#listeners.splice(this.#listeners.indexOf(listener), 1);
      };
    });
  }

  override arraysAt(): Observable<NDArray> {
    return this.arrays$;
  }

  protected override process(frame: NDArray): void {
    if (this.base.ARRAY_CALLBACKS.value === 1) this.#nextListener()?.subscriber.next(this.stamped(frame));
  }

  protected override onClose(): void {
    for (const { subscriber } of [...this.#listeners]) subscriber.complete();
  }

  #nextListener(): Listener | undefined {
    const { length } = this.#listeners;
    for (let asked = 1; asked <= length; asked++) {
      const listener = this.#listeners[this.#next % length];
      this.#next = (this.#next % length) + 1;
      if (listener !== undefined && (hasRoom(listener) || asked === length)) return listener;
    }
    return undefined;
  }
}
