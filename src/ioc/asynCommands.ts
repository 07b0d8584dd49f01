import { filter, firstValueFrom, TimeoutError, timeout } from "rxjs";
import type { PortLink } from "../drivers/asyn/portDriver.js";
import { portReport } from "../drivers/asyn/portReport.js";
import { setTerminator } from "../drivers/asyn/terminators.js";
import { type Command, CommandError, defineCommand, double, int, string } from "../iocsh/index.js";
import { escapeText, unescapeText } from "../libcom/escape.js";
import { asynInterposeCommands } from "./asynInterposeCommands.js";
import { asynOctetCommands } from "./asynOctetCommands.js";
import { asynPortCommands } from "./asynPortCommands.js";
import { octetNamed, optionsNamed, portNamed } from "./asynPorts.js";
import { asynTraceCommands } from "./asynTraceCommands.js";
import type { IocParts } from "./iocParts.js";

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

/** asyn's commands, with upstream's arguments. */
export const asynCommands = (ioc: IocParts): readonly Command[] => [
  ...asynPortCommands(ioc),
  ...asynInterposeCommands(ioc),
  ...eosCommands(ioc, "Input"),
  ...eosCommands(ioc, "Output"),
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
    name: "asynShutdownPort",
    args: [string("portName")],
    help: "Would end a port's driver; no driver here can be ended while the IOC runs, as few of asyn's can.",
    run: ([portName]) => {
      portNamed(ioc, portName);
      throw new CommandError("asynManager:shutdownPort: port does not support shutting down");
    },
  }),
  defineCommand({
    name: "asynSetQueueLockPortTimeout",
    args: [string("portName"), double("timeout")],
    help: "Accepted: nothing here waits for the lock of a port.",
    run: ([portName]) => void portNamed(ioc, portName),
  }),
  defineCommand({
    name: "asynReport",
    args: [int("level"), string("port")],
    help: "Shows the asyn ports, or one; from level 1 on with their states and parameters, from level 2 on with interfaces.",
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
