import { errorMessage } from "../libcom/errorMessage.js";
import { type PvToolOutput, processOutput, pvCommand, runPvTool, updateText } from "./pvTool.js";

/** Reads PVs, all at once, and shows them in the order given. */
export function main(
  words: readonly string[],
  program = "pvget",
  output: PvToolOutput = processOutput,
): Promise<number> {
  const command = pvCommand(program, "Read PVs over pvAccess").argument("<pv...>", "names of the PVs");
  return runPvTool(command, words, output, async (client, names, options) => {
    const { request, wait } = options;
    const outcomes = await Promise.allSettled(
      names.map((name) => client.connect(name).get({ request, timeoutSeconds: wait })),
    );
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === "fulfilled") output.out(updateText(names[index] ?? "", outcome.value, options));
      else if (!options.quiet) output.error(errorMessage(outcome.reason));
    }
    return outcomes.every((outcome) => outcome.status === "fulfilled") ? 0 : 1;
  });
}
