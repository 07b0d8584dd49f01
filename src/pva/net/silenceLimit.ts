import type { Socket } from "node:net";
import { patientTimer } from "../../libcom/patientTimer.js";

/**
 * Closes a connection on which the peer has said nothing for so long: it has gone, hangs, or is too far behind to read.
 * A living peer echoes more often than that.
 */
export function limitSilence(socket: Socket, seconds: number): void {
  const limitMs = seconds * 1000;
  let heardMs = performance.now();
  let cancel = () => {};
  const watch = (waitMs: number): void => {
    cancel = patientTimer(waitMs, () => {
      const leftMs = heardMs + limitMs - performance.now();
      if (leftMs > 0) watch(leftMs);
      else socket.destroy(new Error(`nothing was heard for ${seconds} s`));
    });
  };
  socket.on("data", () => {
    heardMs = performance.now();
  });
  socket.on("close", () => cancel());
  watch(limitMs);
}
