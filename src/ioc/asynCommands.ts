import { IpPort } from "../drivers/asyn/ipPort.js";
import type { OctetInterface } from "../drivers/asyn/portDriver.js";
import { type Command, CommandError, defineCommand, int, string } from "../iocsh/index.js";
import { unescapeText } from "../libcom/escape.js";
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
  defineCommand({
    name: "asynReport",
    args: [int("level"), string("portName")],
    help: "Lists the asyn ports, or one.",
    run: ([, portName], { print }) => {
      for (const name of ioc.ports.names()) if (portName === undefined || name === portName) print(name);
    },
  }),
];
