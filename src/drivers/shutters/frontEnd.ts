import type { PortRegistry } from "../asyn/portRegistry.js";
import { ringPort } from "../ring/ringPort.js";
import { beamIsOn, type ShutterPort, shutterPort } from "./shutterPort.js";

/** What is before the sample: the storage ring and two shutters. */
export interface FrontEnd {
  readonly shutters: ShutterPort;
  /** Does the beam reach the sample? */
  beamIsOn(): boolean;
  /** Takes its ports away. */
  close(): void;
}

/** Adds the ports of a front end to the registry; throws when a name is taken. The defaults are those of db/surroundings.yaml. */
export function createFrontEnd(
  ports: PortRegistry,
  names: { readonly shutterPort?: string; readonly ringPort?: string } = {},
): FrontEnd {
  const shutters = ports.add(shutterPort(names.shutterPort ?? "SHUTTERS"));
  const ring = ports.add(ringPort(names.ringPort ?? "RING"));
  return {
    shutters,
    beamIsOn: () => beamIsOn(shutters),
    close: () => {
      for (const port of [shutters, ring]) ports.remove(port.portName);
    },
  };
}
