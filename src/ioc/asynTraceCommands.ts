import {
  type PortTrace,
  parseTraceMask,
  TRACE_BITS,
  TRACE_INFO_BITS,
  TRACE_IO_BITS,
} from "../drivers/asyn/portTrace.js";
import { type Command, CommandError, defineCommand, int, string } from "../iocsh/index.js";
import { portNamed } from "./asynPorts.js";
import type { IocParts } from "./iocParts.js";

/** Ports whose tracing a command changes: the one named, or all. */
function tracesOf(ioc: IocParts, portName: string | undefined): readonly PortTrace[] {
  const names = portName === undefined || portName === "" ? [...ioc.ports.names()] : [portName];
  return names.map((name) => ioc.ports.traceOf(portNamed(ioc, name)));
}

type TraceMask = "mask" | "ioMask" | "infoMask";

const traceMaskCommand = (
  ioc: IocParts,
  name: string,
  mask: TraceMask,
  bits: Readonly<Record<string, number>>,
): Command =>
  defineCommand({
    name,
    args: [string("portName"), int("addr"), string("mask")],
    help: `Sets what a port tells of its traffic: a number, or names joined by |: ${Object.keys(bits).join(", ")}.`,
    run: ([portName, , text]) => {
      const value = parseTraceMask(text ?? "0", bits);
      if (value === undefined)
        throw new CommandError(`"${text}" is no mask of ${Object.keys(bits).join(", ")}`);
      for (const trace of tracesOf(ioc, portName)) trace[mask] = value;
    },
  });

/** asyn's commands for what ports tell of their traffic. */
export const asynTraceCommands = (ioc: IocParts): readonly Command[] => [
  traceMaskCommand(ioc, "asynSetTraceMask", "mask", TRACE_BITS),
  traceMaskCommand(ioc, "asynSetTraceIOMask", "ioMask", TRACE_IO_BITS),
  traceMaskCommand(ioc, "asynSetTraceInfoMask", "infoMask", TRACE_INFO_BITS),
  defineCommand({
    name: "asynSetTraceIOTruncateSize",
    args: [string("portName"), int("addr"), int("size")],
    help: "Sets how many bytes of a message are shown at most.",
    run: ([portName, , size]) => {
      for (const trace of tracesOf(ioc, portName)) trace.truncateSize = size;
    },
  }),
  defineCommand({
    name: "asynSetTraceFile",
    args: [string("portName"), int("addr"), string("filename")],
    help: "Writes what a port tells into a file; without a name, to the console.",
    run: ([portName, , path]) => {
      for (const trace of tracesOf(ioc, portName)) {
        const set = trace.setFile(path ?? "<errlog>");
        if (!set.ok) throw new CommandError(set.error);
      }
    },
  }),
];
