import { ByteWriter } from "../codec/byteWriter.js";
import { CA_MINOR_VERSION, Command } from "../codec/commands.js";
import { putMessage } from "../codec/message.js";

const FIRST_PERIOD_SECONDS = 0.02;

/** The time after each beacon of a server that came up: 0.02 s, twice as long each time, up to `maximumSeconds`. */
export function* beaconPeriods(maximumSeconds: number): Generator<number> {
  let period = FIRST_PERIOD_SECONDS;
  while (true) {
    yield Math.min(period, maximumSeconds);
    period = Math.min(period * 2, maximumSeconds);
  }
}

/** One RSRV_IS_UP datagram. Its address is zero: receivers take the sender's. */
export function beaconMessage(tcpPort: number, beaconId: number): Buffer {
  const out = new ByteWriter();
  putMessage(out, Command.RSRV_IS_UP, CA_MINOR_VERSION, tcpPort, beaconId, 0);
  return out.detach();
}
