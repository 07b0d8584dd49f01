import { Command, CommanderError, Option } from "commander";
import { errorMessage } from "../libcom/errorMessage.js";
import { PvaClient, type PvUpdate } from "../pva/index.js";
import { alarmText, jsonValue, normativeText, receivedFields, timeText, valueLines } from "./pvText.js";
import { writeOutput } from "./standardOutput.js";

export type OutputMode = "nt" | "raw" | "json";

/** What all pv tools understand. */
export interface PvToolOptions {
  readonly request: string;
  /** Seconds to wait for connection and answer. */
  readonly wait: number;
  readonly mode: OutputMode;
  readonly verbose: boolean;
  readonly quiet: boolean;
}

/** Where a tool writes; a test reads it. */
export interface PvToolOutput {
  out(text: string): void;
  error(text: string): void;
}

export const processOutput: PvToolOutput = {
  out: (text) => writeOutput(`${text}\n`),
  error: (text) => process.stderr.write(`${text}\n`),
};

const seconds = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new CommanderError(1, "wait", `error: -w ${text}: seconds are needed`);
  return value;
};

/** A command with the options that all pv tools have. */
export const pvCommand = (program: string, summary: string): Command =>
  new Command(program)
    .description(summary)
    .option("-r, --request <request>", "pvRequest: which fields, and options of the request", "")
    .option("-w, --wait <seconds>", "how long to wait for connection and answer", seconds, 5)
    .addOption(
      new Option("-M, --mode <mode>", "how structures are shown")
        .choices(["nt", "raw", "json"])
        .default("nt"),
    )
    .option("-v, --verbose", "show every field", false)
    .option("-q, --quiet", "show no error messages", false)
    .exitOverride();

/**
 * Parses the words and runs the tool with a client that is closed afterwards. The result is the exit status: 0, or 1 when
 * something could not be done.
 */
export async function runPvTool(
  command: Command,
  words: readonly string[],
  output: PvToolOutput,
  run: (client: PvaClient, args: readonly string[], options: PvToolOptions) => Promise<number>,
): Promise<number> {
  command.configureOutput({
    writeOut: (text) => output.out(text.trimEnd()),
    writeErr: (text) => output.error(text.trimEnd()),
  });
  try {
    command.parse(words, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.code.startsWith("commander.")) return error.exitCode;
    output.error(errorMessage(error));
    return 1;
  }
  const client = new PvaClient();
  try {
    return await run(client, command.args, command.opts<PvToolOptions>());
  } finally {
    client.close();
  }
}

/** A structure as the mode wants it, with the name of the PV in front. */
export function updateText(name: string, update: PvUpdate, options: PvToolOptions): string {
  const { type, value } =
    options.request === "" ? update : receivedFields(update.type, update.value, update.changed);
  if (options.mode === "json") return `${name} ${JSON.stringify(jsonValue(value))}`;
  const text = options.verbose || options.mode === "raw" ? undefined : normativeText(type, value);
  if (text === undefined) return [name, ...valueLines(type, value)].join("\n");
  const time = value["timeStamp"] === undefined ? "" : `${timeText(value)} `;
  return `${name} ${time} ${text} ${alarmText(value)}`.trimEnd();
}
