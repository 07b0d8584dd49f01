import type { Port, PortLink } from "./portDriver.js";
import { PortSwitches } from "./portSwitches.js";
import { PortTrace } from "./portTrace.js";

/** The asyn ports of one process by name. */
export class PortRegistry {
  readonly #ports = new Map<string, Port>();
  readonly #traces = new Map<string, PortTrace>();
  readonly #links = new Map<string, PortLink>();

  /** Throws when the name is taken: two drivers on one port would fight over it. */
  add<P extends Port>(port: P): P {
    if (this.#ports.has(port.portName)) throw new Error(`asyn port "${port.portName}" exists already`);
    this.#ports.set(port.portName, port);
    return port;
  }

  get(portName: string): Port | undefined {
    return this.#ports.get(portName);
  }

  /** What a port tells: its own, or that of one whose driver has nothing to tell. */
  traceOf(port: Port): PortTrace {
    const { portName } = port;
    const trace = port.trace ?? this.#traces.get(portName) ?? new PortTrace(portName);
    this.#traces.set(portName, trace);
    return trace;
  }

  /** A port's switches: its own, or those of one whose connection cannot be lost. */
  linkOf(port: Port): PortLink {
    const { portName } = port;
    const link =
      port.link ?? this.#links.get(portName) ?? new PortSwitches({ connect: () => {}, disconnect: () => {} });
    this.#links.set(portName, link);
    return link;
  }

  names(): string[] {
    return [...this.#ports.keys()];
  }

  /** Closes and forgets one port; nothing happens for a name that is not there. */
  remove(portName: string): void {
    this.#ports.get(portName)?.close();
    this.#ports.delete(portName);
    this.#traces.delete(portName);
    this.#links.delete(portName);
  }

  close(): void {
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
  }
}
