import { AsynError, EOM, type OctetInterface, type Parameter } from "./portDriver.js";

const WRONG_TYPE = 8;

/**
 * The text of a parameter as asynPortDriver reads and writes it for the asyn record: a reply is the text with its NUL, and what is no
 * text answers with an error and the NUL alone. Terminators mean nothing.
 */
export function parameterOctet(parameter: Parameter | undefined, reason: number): OctetInterface {
  const problem = (what: string): AsynError => {
    const name = parameter?.name ?? "";
    const message = `asynPortDriver:${what}Octet: status=${WRONG_TYPE}, function=${reason}, name=${name}, value=`;
    return new AsynError(message, "Error", Uint8Array.of(0), EOM.END);
  };
  const text = parameter !== undefined && isText(parameter) ? parameter : undefined;
  const octet: OctetInterface = {
    read: async ({ maxBytes = Number.POSITIVE_INFINITY }) => {
      if (text === undefined) throw problem("read");
      const bytes = Buffer.from(`${text.value ?? ""}\0`);
      return bytes.length <= maxBytes
        ? { data: Uint8Array.from(bytes), end: EOM.END }
        : { data: Uint8Array.from(bytes.subarray(0, maxBytes)), end: EOM.COUNT };
    },
    write: async (bytes) => {
      if (text === undefined) throw problem("write");
      await text.write(Buffer.from(bytes).toString());
    },
    writeRead: async (bytes, options) => {
      await octet.write(bytes, options);
      return octet.read(options);
    },
  };
  return octet;
}

const isText = (parameter: Parameter): parameter is Parameter<"Octet"> => parameter.type === "Octet";
