import { Command, CommanderError } from "commander";
import { failed, ok, type Result } from "../libcom/result.js";

/** One thing to do before the script, in the order of the command line. */
export type StartStep =
  | { readonly kind: "database"; readonly file: string; readonly macros: string }
  | { readonly kind: "security"; readonly file: string; readonly macros: string }
  | { readonly kind: "exitRecord"; readonly prefix: string };

export interface SoftIocOptions {
  readonly steps: readonly StartStep[];
  readonly script: string | undefined;
  readonly interactive: boolean;
  readonly verbose: boolean;
}

/** Why there is nothing to run: help was asked for, or the command line is wrong. */
export interface NoRun {
  readonly exitCode: number;
  readonly text: string;
}

const afterText = `
Any number of -m and -d can follow one another: the macros apply to the files after them, each -m discards the macros
before it. Databases given with -d are loaded before the script runs; iocInit follows unless the script called it.`;

/**
 * Reads softIoc's command line, with the options of EPICS Base's softIoc and softIocPVA.
 * @param words the arguments after the program's name
 */
export function parseSoftIocOptions(
  words: readonly string[],
  program = "softIoc",
): Result<SoftIocOptions, NoRun> {
  const steps: StartStep[] = [];
  let macros = "";
  let text = "";
  const command = new Command(program)
    .description("Runs an EPICS IOC: databases, a startup script, and a shell on the terminal.")
    .argument("[script]", "startup script, st.cmd")
    .argument("[ignored...]", "further words are ignored, as in EPICS Base")
    .option("-D <dbd>", "accepted and ignored: record types are built in")
    .option("-m <macros>", "macros NAME=value,... for the -d, -a that follow", (value: string) => {
      macros = value;
    })
    .option("-d <file>", "load a database: .db, .template, .yaml or .substitutions", (file: string) => {
      steps.push({ kind: "database", file, macros });
    })
    .option("-a <file>", "access security file", (file: string) => {
      steps.push({ kind: "security", file, macros });
    })
    .option(
      "-x <prefix>",
      "add a record PREFIX:exit that ends the IOC when it is written",
      (prefix: string) => {
        steps.push({ kind: "exitRecord", prefix });
      },
    )
    .option("-S", "no interactive shell")
    .option("-s", "accepted and ignored")
    .option("-v", "show each step of the start")
    .helpOption("-h, --help", "show this text and exit")
    .addHelpText("after", afterText)
    .configureOutput({ writeOut: (each) => (text += each), writeErr: (each) => (text += each) })
    .exitOverride();
  try {
    command.parse([...words], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return failed({ exitCode: error.exitCode === 0 ? 0 : 2, text });
  }
  const options = command.opts<{ S?: boolean; v?: boolean }>();
  const [script] = command.args;
  const interactive = options.S !== true;
  if (!interactive && steps.length === 0 && script === undefined) {
    return failed({ exitCode: 1, text: `${command.helpInformation()}Nothing to do!\n` });
  }
  return ok({ steps, script, interactive, verbose: options.v === true });
}
