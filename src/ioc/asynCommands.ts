import { appendFileSync } from "node:fs";
import { IpPort } from "../drivers/asyn/ipPort.js";
import type { OctetInterface } from "../drivers/asyn/portDriver.js";
import {
  type PortTrace,
  parseTraceMask,
  printToConsole,
  TRACE_BITS,
  TRACE_INFO_BITS,
  TRACE_IO_BITS,
} from "../drivers/asyn/portTrace.js";
import { type Command, CommandError, defineCommand, int, string } from "../iocsh/index.js";
import { errorMessage } from "../libcom/errorMessage.js";
import { unescapeText } from "../libcom/escape.js";
import { failed, ok, type Result } from "../libcom/result.js";
import type { IocParts } from "./iocParts.js";

/**
 * Where a controller is really reached: TOMOIOC_IP_MAP="10.54.113.61:8001=127.0.0.1:8001,..." lets an unmodified st.cmd talk
 * to a simulator.
 */
function mappedAddress(hostInfo: string, environment: NodeJS.ProcessEnv): string {
  const [address = "", ...rest] = hostInfo.trim().split(/\s+/);
  for (const entry of (environment["TOMOIOC_IP_MAP"] ?? "").split(",")) {
    const [from, to] = entry.split("=").map((part) => part.trim());
    if (from === address && to !== undefined && to !== "") return [to, ...rest].join(" ");
  }
  return hostInfo;
}

function octetOf(ioc: IocParts, portName: string | undefined): OctetInterface {
  const port = ioc.ports.get(portName ?? "");
  if (port === undefined) throw new CommandError(`asyn port "${portName ?? ""}" not found`);
  if (port.octet === undefined) throw new CommandError(`asyn port "${port.portName}" exchanges no text`);
  return port.octet;
}

/** Ports whose tracing a command changes: the one named, or all. A port that traces nothing is left alone. */
function tracesOf(ioc: IocParts, portName: string | undefined): readonly PortTrace[] {
  const names = portName === undefined || portName === "" ? [...ioc.ports.names()] : [portName];
  return names.flatMap((name) => {
    const port = ioc.ports.get(name);
    if (port === undefined) throw new CommandError(`asyn port "${name}" not found`);
    return port.trace === undefined ? [] : [port.trace];
  });
}

/** Appends to a file; what it does not take goes to the console. */
function fileWriter(path: string): (text: string) => void {
  const append = (text: string): Result<void> => {
    try {
      return ok(appendFileSync(path, text));
    } catch (error) {
      return failed(errorMessage(error));
    }
  };
  const opened = append("");
  if (!opened.ok) throw new CommandError(opened.error);
  return (text) => {
    if (!append(text).ok) printToConsole(text);
  };
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

/** asyn's commands for devices reached by text, with upstream's arguments. */
export const asynCommands = (ioc: IocParts): readonly Command[] => [
  defineCommand({
    name: "drvAsynIPPortConfigure",
    args: [
      string("portName"),
      string("hostInfo"),
      int("priority"),
      int("noAutoConnect"),
      int("noProcessEos"),
    ],
    help: "Makes a port to a device at host:port over TCP; it connects by itself, again after each loss.",
    run: ([portName, hostInfo]) => {
      if (!portName) throw new CommandError("a port name is needed");
      ioc.ports.add(new IpPort(portName, mappedAddress(hostInfo ?? "", ioc.environment)));
    },
  }),
  defineCommand({
    name: "asynOctetSetInputEos",
    args: [string("portName"), int("addr"), string("eos")],
    help: "Sets what ends a reply.",
    run: ([portName, , eos]) => {
      octetOf(ioc, portName).inputEos = unescapeText(eos ?? "");
    },
  }),
  defineCommand({
    name: "asynOctetSetOutputEos",
    args: [string("portName"), int("addr"), string("eos")],
    help: "Sets what is sent after a request.",
    run: ([portName, , eos]) => {
      octetOf(ioc, portName).outputEos = unescapeText(eos ?? "");
    },
  }),
  traceMaskCommand(ioc, "asynSetTraceMask", "mask", TRACE_BITS),
  traceMaskCommand(ioc, "asynSetTraceIOMask", "ioMask", TRACE_IO_BITS),
  traceMaskCommand(ioc, "asynSetTraceInfoMask", "infoMask", TRACE_INFO_BITS),
  defineCommand({
    name: "asynSetTraceIOTruncateSize",
    args: [string("portName"), int("addr"), int("size")],
    help: "Sets how many bytes of a message are shown at most.",
    run: ([portName, , size]) => {
      for (const trace of tracesOf(ioc, portName)) trace.truncateSize = Math.max(0, size);
    },
  }),
  defineCommand({
    name: "asynSetTraceFile",
    args: [string("portName"), int("addr"), string("filename")],
    help: "Writes what a port tells into a file; without a name, to the console.",
    run: ([portName, , path]) => {
      const print = path ? fileWriter(path) : undefined;
      for (const trace of tracesOf(ioc, portName)) trace.print = print ?? printToConsole;
    },
  }),
  defineCommand({
    name: "asynReport",
    args: [int("level"), string("portName")],
    help: "Lists the asyn ports, or one.",
    run: ([, portName], { print }) => {
      for (const name of ioc.ports.names()) if (portName === undefined || name === portName) print(name);
    },
  }),
];
