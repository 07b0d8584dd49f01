import { filter, firstValueFrom, TimeoutError, timeout } from "rxjs";
import { IpPort } from "../drivers/asyn/ipPort.js";
import type { PortLink } from "../drivers/asyn/portDriver.js";
import { portReport } from "../drivers/asyn/portReport.js";
import { SerialPort } from "../drivers/asyn/serialPort.js";
import { setTerminator } from "../drivers/asyn/terminators.js";
import { type Command, CommandError, defineCommand, double, int, string } from "../iocsh/index.js";
import { escapeText, unescapeText } from "../libcom/escape.js";
import { asynOctetCommands } from "./asynOctetCommands.js";
import { octetNamed, optionsNamed, portNamed } from "./asynPorts.js";
import { asynTraceCommands } from "./asynTraceCommands.js";
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

const eosCommands = (ioc: IocParts, direction: "Input" | "Output"): readonly Command[] => {
  const eos = direction === "Input" ? "inputEos" : "outputEos";
  return [
    defineCommand({
      name: `asynOctetSet${direction}Eos`,
      args: [string("portName"), int("addr"), string("eos")],
      help: direction === "Input" ? "Sets what ends a reply." : "Sets what is sent after a request.",
      run: ([portName, , text]) => {
        if (text === undefined) throw new CommandError("Missing EOS argument");
        const set = setTerminator(octetNamed(ioc, portName), eos, unescapeText(text), portName ?? "");
        if (!set.ok) throw new CommandError(`Set EOS failed: ${set.error}`);
      },
    }),
    defineCommand({
      name: `asynOctetGet${direction}Eos`,
      args: [string("portName"), int("addr")],
      help: direction === "Input" ? "Shows what ends a reply." : "Shows what is sent after a request.",
      run: ([portName], { print }) => print(`"${escapeText(octetNamed(ioc, portName)[eos] ?? "")}"`),
    }),
  ];
};

const linkNamed = (ioc: IocParts, portName: string | undefined): PortLink =>
  ioc.ports.linkOf(portNamed(ioc, portName));

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
    run: ([portName, hostInfo, , noAutoConnect, noProcessEos]) => {
      if (!portName) throw new CommandError("a port name is needed");
      ioc.ports.add(
        new IpPort(portName, mappedAddress(hostInfo ?? "", ioc.environment), {
          noAutoConnect: noAutoConnect !== 0,
          noProcessEos: noProcessEos !== 0,
        }),
      );
    },
  }),
  defineCommand({
    name: "drvAsynSerialPortConfigure",
    args: [string("portName"), string("ttyName"), int("priority"), int("noAutoConnect"), int("noProcessEos")],
    help: "Makes a port to a device on a serial line; asynSetOption sets baud, bits, parity, stop, crtscts, ixon ...",
    run: ([portName, ttyName, , noAutoConnect, noProcessEos]) => {
      if (!portName) throw new CommandError("a port name is needed");
      if (!ttyName) throw new CommandError("the name of the line is needed, as /dev/ttyS0");
      ioc.ports.add(
        new SerialPort(portName, ttyName, {
          noAutoConnect: noAutoConnect !== 0,
          noProcessEos: noProcessEos !== 0,
        }),
      );
    },
  }),
  ...eosCommands(ioc, "Input"),
  ...eosCommands(ioc, "Output"),
  defineCommand({
    name: "asynInterposeEosConfig",
    args: [
      string("portName"),
      int("addr"),
      int("processIn (0,1) => (no,yes)"),
      int("processOut (0,1) => (no,yes)"),
    ],
    help: "Makes a port look for terminators of replies and add them to requests, or not.",
    run: ([portName, , processIn, processOut]) => {
      const octet = octetNamed(ioc, portName);
      octet.processesEos = { input: processIn !== 0, output: processOut !== 0 };
    },
  }),
  defineCommand({
    name: "asynSetOption",
    args: [string("portName"), int("addr"), string("key"), string("value")],
    help: "Sets an option of a port, as disconnectOnReadTimeout or hostInfo of an IP port.",
    run: ([portName, , key, value]) => {
      if (key === undefined || value === undefined) throw new CommandError("Missing key/value argument");
      const set = optionsNamed(ioc, portName).set(key, value);
      if (!set.ok) throw new CommandError(`setOption failed ${set.error}`);
    },
  }),
  defineCommand({
    name: "asynShowOption",
    args: [string("portName"), int("addr"), string("key")],
    help: "Shows an option of a port.",
    run: ([portName, , key], { print }) => {
      if (key === undefined) throw new CommandError("Missing key argument");
      const value = optionsNamed(ioc, portName).get(key);
      if (!value.ok) throw new CommandError(`getOption failed ${value.error}`);
      print(`${key}=${value.value}`);
    },
  }),
  defineCommand({
    name: "asynEnable",
    args: [string("portName"), int("addr"), int("yesNo")],
    help: "Lets a port be used, or not.",
    run: ([portName, , yesNo]) => {
      linkNamed(ioc, portName).enabled = yesNo !== 0;
    },
  }),
  defineCommand({
    name: "asynAutoConnect",
    args: [string("portName"), int("addr"), int("yesNo")],
    help: "Says whether a port connects by itself.",
    run: ([portName, , yesNo]) => {
      linkNamed(ioc, portName).autoConnect = yesNo !== 0;
    },
  }),
  defineCommand({
    name: "asynWaitConnect",
    args: [string("portName"), double("timeout")],
    help: "Waits until a port is connected, so many seconds at most.",
    run: async ([portName, seconds]) => {
      const connected$ = portNamed(ioc, portName).connected$.pipe(filter(Boolean));
      try {
        await firstValueFrom(connected$.pipe(timeout(seconds * 1000)));
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        throw new CommandError(`${portName} is not connected after ${seconds} s`);
      }
    },
  }),
  defineCommand({
    name: "asynReport",
    args: [int("level"), string("port")],
    help: "Shows the asyn ports, or one; from level 1 on with their states and parameters.",
    run: ([level, portName], { print }) => {
      if (portName !== undefined && ioc.ports.get(portName) === undefined) {
        print(`asynManager:report port ${portName} not found`);
        return;
      }
      for (const name of portName === undefined ? ioc.ports.names() : [portName]) {
        const port = portNamed(ioc, name);
        for (const line of portReport(ioc.ports, port, level)) print(line);
      }
    },
  }),
  ...asynOctetCommands(ioc),
  ...asynTraceCommands(ioc),
];
