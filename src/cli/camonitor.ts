import type { Subscription } from "rxjs";
import { type CaChannel, CaClient } from "../ca/index.js";
import { EventMask } from "../channel/eventMask.js";
import { openChannels, waitSeconds } from "./caConnect.js";
import { type GivenOption, getopt } from "./caGetopt.js";
import { timeRequest } from "./caget.js";
import { takeOptions } from "./caOptions.js";
import { defaultFormat, processOutput, type ToolFormat, type ToolOutput } from "./caToolFormat.js";
import { camonitorUsage } from "./caUsage.js";
import { SERVER_STAMPS, type StampKind, type StampOptions, WideLines } from "./caWideLine.js";

const DEFAULT_MASK = EventMask.VALUE | EventMask.ALARM;

const maskBits: Readonly<Record<string, number>> = {
  v: EventMask.VALUE,
  a: EventMask.ALARM,
  l: EventMask.LOG,
  p: EventMask.PROPERTY,
};

function maskOf(text: string, output: ToolOutput): number {
  let mask = 0;
  for (const letter of text) {
    const bit = maskBits[letter];
    if (bit === undefined) {
      output.error(`Invalid argument '${text}' for option '-m' - ignored.`);
      return DEFAULT_MASK;
    }
    mask |= bit;
  }
  return mask;
}

const stampKinds: Readonly<Record<string, StampKind>> = {
  r: "relative",
  i: "incremental",
  I: "incrementalByChannel",
};

function stampsOf(text: string, output: ToolOutput): StampOptions {
  let kind: StampKind = "absolute";
  for (const letter of text) {
    kind = stampKinds[letter] ?? kind;
    if (!"scnriI".includes(letter)) output.error(`Invalid argument '${letter}' for option '-t' - ignored.`);
  }
  return { kind, server: text.includes("s"), client: text.includes("c") };
}

/** Prints a channel's updates from its first connection on, until that is unsubscribed; the monitor survives disconnections. */
function watch(
  channel: CaChannel,
  mask: number,
  format: ToolFormat,
  lines: WideLines,
  output: ToolOutput,
): Subscription {
  let known = false;
  return channel.connected$.subscribe((connected) => {
    if (!connected && known) output.out(lines.problem(channel.name, "disconnected"));
    if (!connected || known) return;
    known = true;
    // Base's is silent about a mask of no events, too.
    if (mask === 0) return;
    const count = Math.min(format.count, channel.elementCount);
    channel
      .monitor({ ...timeRequest(channel, format), mask, count })
      .subscribe((reading) => output.out(lines.line(channel, reading)));
  });
}

/** camonitor: prints PVs whenever they change, until it is interrupted. Returns the exit code. */
export async function main(
  argv: readonly string[],
  _program = "camonitor",
  output: ToolOutput = processOutput,
): Promise<number> {
  const format = defaultFormat(output);
  let mask: number = DEFAULT_MASK;
  let stamps = SERVER_STAMPS;
  const given = getopt(argv, "nhVm:sSe:f:g:l:#:0:w:t:p:F:");
  const own = ({ letter, argument }: GivenOption): boolean => {
    if (letter === "m") mask = maskOf(argument, output);
    else if (letter === "t") stamps = stampsOf(argument, output);
    else return false;
    return true;
  };
  const exitCode = takeOptions({ name: "camonitor", usage: camonitorUsage }, given, format, output, own);
  if (exitCode !== undefined) return exitCode;
  const client = new CaClient();
  const channels = openChannels(client, given.rest, format, output);
  if (channels === undefined) {
    client.close();
    return 1;
  }
  const lines = new WideLines(format, stamps);
  const watched = channels.map((channel) => watch(channel, mask, format, lines, output));
  setTimeout(() => {
    for (const channel of channels) if (!channel.connected) output.out(lines.notFound(channel.name));
  }, waitSeconds(format) * 1000);
  return new Promise((resolve) => {
    process.once("SIGINT", () => {
      for (const subscription of watched) subscription.unsubscribe();
      client.close();
      resolve(130);
    });
  });
}
