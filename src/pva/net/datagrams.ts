import type { Socket } from "node:dgram";
import { errorMessage } from "../../libcom/errorMessage.js";
import type { Logger } from "../../libcom/log.js";
import type { Endpoint } from "../protocol/environment.js";

/** Sends a datagram; what goes wrong is logged and costs that datagram only. */
export function sendDatagram(
  socket: Socket | undefined,
  datagram: Uint8Array,
  { address, port }: Endpoint,
  log: Logger,
): void {
  const fail = (error: unknown): void => log.debug(`${address}:${port}: ${errorMessage(error)}`);
  try {
    socket?.send(datagram, port, address, (error) => {
      if (error) fail(error);
    });
  } catch (error) {
    // A port out of range, or a socket that has just been closed.
    fail(error);
  }
}
