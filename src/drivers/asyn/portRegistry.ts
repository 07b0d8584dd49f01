import type { Port } from "./portDriver.js";

/** The asyn ports of one process by name. */
export class PortRegistry {
  readonly #ports = new Map<string, Port>();

  /** Throws when the name is taken: two drivers on one port would fight over it. */
  add<P extends Port>(port: P): P {
    if (this.#ports.has(port.portName)) throw new Error(`asyn port "${port.portName}" exists already`);
    this.#ports.set(port.portName, port);
    return port;
  }

  get(portName: string): Port | undefined {
    return this.#ports.get(portName);
  }

  names(): string[] {
    return [...this.#ports.keys()];
  }

  /** Closes and forgets one port; nothing happens for a name that is not there. */
  remove(portName: string): void {
    this.#ports.get(portName)?.close();
    this.#ports.delete(portName);
  }

  close(): void {
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
  }
}
