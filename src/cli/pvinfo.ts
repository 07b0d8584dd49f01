import { errorMessage } from "../libcom/errorMessage.js";
import { typeLines } from "./pvText.js";
import { type PvToolOutput, processOutput, pvCommand, runPvTool } from "./pvTool.js";

/** Shows where PVs are served and what type they have. */
export function main(
  words: readonly string[],
  program = "pvinfo",
  output: PvToolOutput = processOutput,
): Promise<number> {
  const command = pvCommand(program, "Show server and type of PVs over pvAccess").argument(
    "<pv...>",
    "names of the PVs",
  );
  return runPvTool(command, words, output, async (client, names, { wait, quiet }) => {
    let status = 0;
    for (const name of names) {
      const channel = client.connect(name);
      try {
        const type = await channel.info({ timeoutSeconds: wait });
        output.out([name, `Server: ${channel.server ?? ""}`, "Type:", ...typeLines(type, "", 1)].join("\n"));
      } catch (error) {
        status = 1;
        if (!quiet) output.error(errorMessage(error));
      }
    }
    return status;
  });
}
