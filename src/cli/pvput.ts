import { errorMessage } from "../libcom/errorMessage.js";
import { putFields } from "./pvPutArguments.js";
import { type PvToolOutput, processOutput, pvCommand, runPvTool, updateText } from "./pvTool.js";

/** Writes a PV and shows it before and after. */
export function main(
  words: readonly string[],
  program = "pvput",
  output: PvToolOutput = processOutput,
): Promise<number> {
  const command = pvCommand(program, "Write a PV over pvAccess")
    .argument("<pv>", "name of the PV")
    .argument("<value...>", "a value, values of an array, field=value pairs, or JSON")
    .option("-s, --silent", "do not show the value before and after", false)
    .passThroughOptions();
  return runPvTool(command, words, output, async (client, [name = "", ...values], options) => {
    const { request, wait, quiet } = options;
    const isSilent = command.getOptionValue("silent") === true;
    const channel = client.connect(name);
    const show = async (when: string) => {
      if (!isSilent)
        output.out(`${when} : ${updateText(name, await channel.get({ timeoutSeconds: wait }), options)}`);
    };
    try {
      await show("Old");
      await channel.put(
        (type, present) => {
          const fields = putFields(type, present, values);
          if (!fields.ok) throw new Error(fields.error);
          return fields.value;
        },
        { request, timeoutSeconds: wait, getsFirst: true },
      );
      await show("New");
      return 0;
    } catch (error) {
      if (!quiet) output.error(errorMessage(error));
      return 1;
    }
  });
}
