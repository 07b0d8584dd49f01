import { MacroExpander, parseMacros } from "../../libcom/macLib.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import type { AcfProblem } from "./acfTokens.js";

/**
 * Expands macros line by line. EPICS Base stops reading at a macro that is not defined, which can lose rules without a
 * word; here it is an error.
 * @param substitutions `A=1,B=2`; undefined leaves the text as it is
 */
export function expandAcf(
  text: string,
  substitutions: string | undefined,
): Result<string, readonly AcfProblem[]> {
  if (substitutions === undefined) return ok(text);
  const expander = new MacroExpander(parseMacros(substitutions));
  const problems: AcfProblem[] = [];
  const lines = text.split("\n").map((source, index) => {
    const expanded = expander.expand(source);
    for (const name of expanded.undefined)
      problems.push({ line: index + 1, message: `macro ${name} is undefined` });
    return expanded.text;
  });
  return problems.length > 0 ? failed(problems) : ok(lines.join("\n"));
}
