import { AsynError, type OctetInterface, type OctetOptions } from "../drivers/asyn/portDriver.js";
import { type Command, CommandError, defineCommand, int, string } from "../iocsh/index.js";
import { escapeText, unescapeText } from "../libcom/escape.js";
import { octetNamed } from "./asynPorts.js";
import type { IocParts } from "./iocParts.js";

/** A device that the shell talks to by a name of its own. */
interface Entry {
  readonly octet: OctetInterface;
  readonly timeoutSeconds: number;
  readonly bufferBytes: number;
}

const DEFAULT_TIMEOUT_SECONDS = 1;
const DEFAULT_BUFFER_BYTES = 160;

const bytesOf = (entry: Entry, text: string | undefined): Uint8Array => {
  const bytes = Buffer.from(unescapeText(text ?? ""), "latin1");
  if (bytes.length > entry.bufferBytes) throw new CommandError("Error writing, buffer too small");
  return Uint8Array.from(bytes);
};

const readingOf = ({ timeoutSeconds, bufferBytes }: Entry, nread: number): OctetOptions => ({
  timeoutSeconds,
  maxBytes: nread === 0 ? bufferBytes : Math.min(nread, bufferBytes),
});

const printable = (data: Uint8Array): string => escapeText(Buffer.from(data).toString("latin1"));

/** Runs an exchange; what goes wrong is told as asyn tells it. */
async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof AsynError)) throw error;
    throw new CommandError(`${what}, ninp=${error.received.length} error ${error.message}`);
  }
}

/** asyn's commands that talk to a device from the shell. */
export function asynOctetCommands(ioc: IocParts): readonly Command[] {
  const entries = new Map<string, Entry>();
  const entryOf = (name: string | undefined): Entry => {
    const entry = entries.get(name ?? "");
    if (entry === undefined) throw new CommandError("Entry not found");
    return entry;
  };
  return [
    defineCommand({
      name: "asynOctetConnect",
      args: [
        string("device name"),
        string("asyn port name"),
        int("asyn address"),
        int("timeout"),
        int("buffer length"),
        string("drvInfo"),
      ],
      help: "Gives a port a name for asynOctetWrite, asynOctetRead and asynOctetWriteRead.",
      run: ([name = "", portName, , timeout, bufferBytes]) => {
        if (entries.has(name)) throw new CommandError("Entry already connected");
        entries.set(name, {
          octet: octetNamed(ioc, portName),
          timeoutSeconds: timeout || DEFAULT_TIMEOUT_SECONDS,
          bufferBytes: bufferBytes || DEFAULT_BUFFER_BYTES,
        });
      },
    }),
    defineCommand({
      name: "asynOctetDisconnect",
      args: [string("device name")],
      help: "Forgets a name that asynOctetConnect gave.",
      run: ([name]) => {
        if (!entries.delete(name ?? "")) throw new CommandError("device name not found");
      },
    }),
    defineCommand({
      name: "asynOctetWrite",
      args: [string("device name"), string("text to send")],
      help: "Sends a text, escapes translated.",
      run: async ([name, text]) => {
        const entry = entryOf(name);
        const { timeoutSeconds } = entry;
        await attempt("Error in asynOctetWrite", () =>
          entry.octet.write(bytesOf(entry, text), { timeoutSeconds }),
        );
      },
    }),
    defineCommand({
      name: "asynOctetRead",
      args: [string("device name"), int("max. bytes")],
      help: "Reads and shows a text.",
      run: async ([name, nread], { print }) => {
        const entry = entryOf(name);
        const { data, end } = await attempt("Error reading", () => entry.octet.read(readingOf(entry, nread)));
        print(`eomReason 0x${end.toString(16)}`);
        print(printable(data));
      },
    }),
    defineCommand({
      name: "asynOctetWriteRead",
      args: [string("device name"), string("text to send"), int("max. bytes")],
      help: "Sends a text and shows the reply.",
      run: async ([name, text, nread], { print }) => {
        const entry = entryOf(name);
        const { data, end } = await attempt("Error in WriteRead", () =>
          entry.octet.writeRead(bytesOf(entry, text), readingOf(entry, nread)),
        );
        print(`eomReason 0x${end.toString(16)}`);
        print(printable(data));
      },
    }),
    defineCommand({
      name: "asynOctetFlush",
      args: [string("device name")],
      help: "Throws away what has come and was not read.",
      run: ([name]) => entryOf(name).octet.flush?.(),
    }),
  ];
}
