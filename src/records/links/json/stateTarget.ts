import { firstElement, type Value } from "../../../channel/dbf.js";
import type { DbStates } from "../../dbStates.js";
import type { LinkTarget } from "../link.js";
import type { StateLink } from "./jsonLink.js";

/** A switch shared by name: reads give 0 or 1, writes turn it on or off. */
export class StateTarget implements LinkTarget {
  readonly kind = "state";
  readonly connected = true;
  readonly type = "SHORT";
  readonly elementCount = 1;
  #last = false;

  constructor(
    private readonly link: StateLink,
    private readonly states: DbStates,
  ) {
    states.create(link.name);
  }

  /** What was read or written last. */
  get last(): boolean {
    return this.#last;
  }

  read(): number {
    this.#last = this.link.inverted !== (this.states.get(this.link.name) === true);
    return this.#last ? 1 : 0;
  }

  format() {
    return {};
  }

  write(value: Value): boolean {
    const first = firstElement(value);
    if (first === undefined) return true;
    // Of texts only "" and "0" are off.
    this.#last = typeof first === "string" ? first !== "" && first !== "0" : Number(first) !== 0;
    return this.states.set(this.link.name, this.#last !== this.link.inverted);
  }

  writeNotify(value: Value): Promise<boolean> {
    return Promise.resolve(this.write(value));
  }

  forward(): void {}
  processNotify(): Promise<void> {
    return Promise.resolve();
  }
  alarm(): undefined {}
  time(): undefined {}
  properties(): undefined {}
  close(): void {}
}
