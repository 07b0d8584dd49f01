import { failed, ok, type Result } from "../../libcom/result.js";

/** What ends a reply, and what is sent after a request. */
export interface Terminators {
  inputEos?: string;
  outputEos?: string;
}

/** asynInterposeEos takes no longer terminator. */
const MAX_EOS = 2;

/** Sets a terminator of a port, unless it is too long. */
export function setTerminator(
  terminators: Terminators,
  name: keyof Terminators,
  eos: string,
  portName: string,
): Result<void> {
  if (eos.length > MAX_EOS) return failed(`${portName} illegal eoslen ${eos.length}`);
  terminators[name] = eos;
  return ok(undefined);
}
