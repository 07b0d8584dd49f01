import { of } from "rxjs";
import { AsynError, EOM, type OctetInterface, type OctetReply, type Port } from "../asyn/portDriver.js";
import type { AerotechController } from "./aerotech.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const replyOf = (text: string): OctetReply => ({ data: encoder.encode(text), end: EOM.EOS });

/** A controller as an asyn octet port in this process, for the asyn record. */
export function aerotechPort(portName: string, controller: AerotechController): Port {
  let reply = "";
  const execute = (request: Uint8Array) => {
    reply = controller.execute(decoder.decode(request));
  };
  const takeReply = () => {
    const taken = reply;
    reply = "";
    return taken;
  };
  const octet: OctetInterface = {
    write: async (request) => execute(request),
    read: async () => {
      const text = takeReply();
      if (text === "") throw new AsynError(`${portName}: no reply within the time-out`, "Timeout");
      return replyOf(text);
    },
    writeRead: async (request) => {
      execute(request);
      return replyOf(takeReply());
    },
  };
  return { portName, connected$: of(true), parameter: () => undefined, octet, close: () => {} };
}
