import { Eca } from "../codec/eca.js";
import type { CaMessage } from "../codec/message.js";
import type { CircuitChannel, CircuitContext } from "./circuitContext.js";

/** The channel a request names by its server id. An unknown id ends the circuit, as in RSRV. */
export function findChannel(circuit: CircuitContext, request: CaMessage): CircuitChannel | undefined {
  const channel = circuit.channels.get(request.cid);
  if (channel === undefined) {
    circuit.sendError(request, Eca.INTERNAL, `Bad Resource ID ${request.cid}`);
    circuit.close(`unknown server id ${request.cid}`);
  }
  return channel;
}
