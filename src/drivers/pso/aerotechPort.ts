import { of } from "rxjs";
import type { OctetInterface, Port } from "../asyn/portDriver.js";
import type { AerotechController } from "./aerotech.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

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
      if (text === "") throw new Error(`${portName}: no reply within the time-out`);
      return encoder.encode(text);
    },
    writeRead: async (request) => {
      execute(request);
      return encoder.encode(takeReply());
    },
  };
  return { portName, connected$: of(true), parameter: () => undefined, octet, close: () => {} };
}
