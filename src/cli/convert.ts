import { existsSync, writeFileSync } from "node:fs";
import { extname } from "node:path";
import { Command } from "commander";
import { type RawDatabase, readRawDatabase } from "../database/rawDatabase.js";
import { describeProblem } from "../database/recordDefinition.js";
import { writeDb, writeYaml } from "../database/writeDatabase.js";
import { errorMessage } from "../libcom/errorMessage.js";
import { writeOutput } from "./standardOutput.js";

type Form = "yaml" | "db";

const formOf = (path: string): Form => (/^\.ya?ml$/.test(extname(path)) ? "yaml" : "db");

/** Includes between the converted files have to follow the new suffix. */
function renameIncludes(database: RawDatabase, form: Form): RawDatabase {
  const suffix = form === "yaml" ? ".yaml" : ".template";
  const rename = (file: string): string => file.slice(0, file.length - extname(file).length) + suffix;
  return { ...database, include: database.include.map((item) => ({ ...item, file: rename(item.file) })) };
}

export interface Conversion {
  readonly text: string;
  /** What was wrong or left out, one line each. */
  readonly messages: readonly string[];
  readonly failed: boolean;
}

/** Converts a database file to `form`, to the other form where that is absent. */
export function convertDatabase(path: string, form?: Form): Conversion {
  const database = readRawDatabase(path);
  const wanted = form ?? (formOf(path) === "yaml" ? "db" : "yaml");
  const converted = formOf(path) === wanted ? database : renameIncludes(database, wanted);
  return {
    text: wanted === "yaml" ? writeYaml(converted) : writeDb(converted),
    messages: [...database.problems.map(describeProblem), ...database.warnings],
    failed: database.problems.length > 0,
  };
}

/** What the command does; resolves with the exit status. */
function convert(input: string, output: string | undefined): number {
  if (!existsSync(input)) {
    console.error(`${input}: there is no such file`);
    return 1;
  }
  const { text, messages, failed } = convertDatabase(
    input,
    output === undefined ? undefined : formOf(output),
  );
  for (const message of messages) console.error(message);
  try {
    if (output === undefined) writeOutput(text);
    else writeFileSync(output, text);
  } catch (error) {
    console.error(`${output}: ${errorMessage(error)}`);
    return 1;
  }
  return failed ? 1 : 0;
}

/** `tomoioc convert`: databases between EPICS's form and the YAML form. `ended` is told the exit status. */
export const convertCommand = (ended: (status: number) => void): Command =>
  new Command("convert")
    .description("convert a database: .db or .template to YAML, YAML to .db; comments are not kept")
    .argument("<input>", "a .db, .template or .yaml file")
    .argument("[output]", "where to write; its suffix names the form. Standard output when absent")
    .action((input: string, output: string | undefined) => ended(convert(input, output)));
