import { createIoc } from "../ioc/ioc.js";
import { runIoc } from "./runIoc.js";
import { parseSoftIocOptions } from "./softIocOptions.js";

/** The program behind bin/softIoc, tomoScanApp and tomoStreamApp; resolves with the exit status. */
export async function main(words: readonly string[], program: string): Promise<number> {
  const options = parseSoftIocOptions(words, program);
  if (options.ok) {
    // Scripts that look after an IOC find it by its name, as they do a compiled one.
    process.title = program;
    return runIoc(createIoc({ warmUp: true }), options.value);
  }
  (options.error.exitCode === 0 ? process.stdout : process.stderr).write(options.error.text);
  return options.error.exitCode;
}
