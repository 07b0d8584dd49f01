import type { Observable } from "rxjs";
import type { NDArray } from "./ndArray.js";

/** Anything that emits frames under an asyn port name: a camera or a plugin. */
export interface ArrayPort {
  readonly portName: string;
  /** Hot: a frame is valid during the call that delivers it; keep it with `retain()`. */
  readonly arrays$: Observable<NDArray>;
}

/** The array ports of one process by name, so that NDArrayPort can be changed while running. */
export class ArrayPorts {
  readonly #ports = new Map<string, ArrayPort>();

  add(port: ArrayPort): void {
    this.#ports.set(port.portName, port);
  }

  get(portName: string): ArrayPort | undefined {
    return this.#ports.get(portName);
  }
}

/** Frames published under a pvAccess channel name in this process, so that a local consumer needs no network. */
export class ImageStreams {
  readonly #streams = new Map<string, Observable<NDArray>>();

  add(channelName: string, arrays$: Observable<NDArray>): void {
    this.#streams.set(channelName, arrays$);
  }

  get(channelName: string): Observable<NDArray> | undefined {
    return this.#streams.get(channelName);
  }
}
