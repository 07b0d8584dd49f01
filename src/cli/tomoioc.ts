import { Command, CommanderError } from "commander";
import { convertCommand } from "./convert.js";
import { reconCommand } from "./recon.js";

/** The package's own tool; resolves with the exit status. */
export async function main(args: readonly string[], name: string): Promise<number> {
  let status = 0;
  const ended = (outcome: number): void => {
    status = outcome;
  };
  const program = new Command(name)
    .description("tools around the tomography IOC")
    .addCommand(convertCommand(ended).exitOverride())
    .addCommand(reconCommand(ended).exitOverride())
    .exitOverride();
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    // Commander has said what is wrong by then; asking for help is no error.
    if (error instanceof CommanderError) return error.exitCode;
    throw error;
  }
  return status;
}
