import { type Observable, Subject } from "rxjs";
import type { PortLink } from "./portDriver.js";

/** Whether a port connects by itself and whether it may be used, for those who show it. */
export class PortSwitches implements PortLink {
  readonly connect: () => void;
  readonly disconnect: () => void;
  readonly #changes = new Subject<void>();
  readonly changes$: Observable<void> = this.#changes.asObservable();
  #autoConnect = true;
  #enabled = true;

  constructor({ connect, disconnect }: Pick<PortLink, "connect" | "disconnect">) {
    this.connect = connect;
    this.disconnect = disconnect;
  }

  get autoConnect(): boolean {
    return this.#autoConnect;
  }

  set autoConnect(on: boolean) {
    this.#autoConnect = on;
    this.#changes.next();
    if (on) this.connect();
  }

  get enabled(): boolean {
    return this.#enabled;
  }

  set enabled(on: boolean) {
    this.#enabled = on;
    this.#changes.next();
  }
}
