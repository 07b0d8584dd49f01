import type { GivenArguments, GivenOption } from "./caGetopt.js";
import {
  applyCommonOption,
  describeOptionProblem,
  type ToolFormat,
  type ToolOutput,
} from "./caToolFormat.js";
import { versionLine } from "./caUsage.js";

/**
 * Takes the options of a command line that names at least one PV: each is offered to `own` first, which says whether
 * it is the tool's own. Returns the exit code where the tool has nothing more to do.
 */
export function takeOptions(
  tool: { readonly name: string; readonly usage: string },
  given: GivenArguments,
  format: ToolFormat,
  output: ToolOutput,
  own: (option: GivenOption) => boolean = () => false,
): number | undefined {
  for (const option of given.options) {
    if (own(option)) continue;
    if (option.letter === "V") {
      output.out(versionLine);
      return 0;
    }
    if (option.letter === "h" || !applyCommonOption(format, option, tool.name, output)) {
      output.error(tool.usage);
      return option.letter === "h" ? 0 : 1;
    }
  }
  if (given.problem !== undefined) {
    output.error(describeOptionProblem(given.problem, tool.name));
    return 1;
  }
  if (given.rest.length === 0) {
    output.error(`No pv name specified. ('${tool.name} -h' for help.)`);
    return 1;
  }
  return undefined;
}
