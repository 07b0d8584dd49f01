import { OctetStream } from "../drivers/asyn/octetStream.js";
import { type Command, CommandError, defineCommand, double, int, string } from "../iocsh/index.js";
import { octetNamed } from "./asynPorts.js";
import type { IocParts } from "./iocParts.js";

/** Only what goes over a line goes there character by character. */
function streamNamed(ioc: IocParts, portName: string | undefined): OctetStream {
  const octet = octetNamed(ioc, portName);
  if (!(octet instanceof OctetStream)) throw new CommandError(`${portName} interposeInterface failed`);
  return octet;
}

/** asyn's commands that put something between a port's device and those who talk to it. */
export const asynInterposeCommands = (ioc: IocParts): readonly Command[] => [
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
    name: "asynInterposeFlushConfig",
    args: [string("portName"), int("addr"), int("timeout")],
    help: "Accepted: every port here can throw away what nobody has read.",
    run: ([portName]) => void octetNamed(ioc, portName),
  }),
  defineCommand({
    name: "asynInterposeDelay",
    args: [string("portName"), int("addr"), double("delay(sec)")],
    help: "Sends character by character with a pause after each, for slow devices.",
    run: ([portName, , delaySeconds]) => {
      const stream = streamNamed(ioc, portName);
      stream.pace = { ...stream.pace, delaySeconds: Math.max(0, delaySeconds) };
    },
  }),
  defineCommand({
    name: "asynInterposeEcho",
    args: [string("portName"), int("addr")],
    help: "Sends character by character and waits for the echo of each.",
    run: ([portName]) => {
      const stream = streamNamed(ioc, portName);
      stream.pace = { ...stream.pace, echoes: true };
    },
  }),
];
