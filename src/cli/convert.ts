import { existsSync, writeFileSync } from "node:fs";
import { extname } from "node:path";
import { Command } from "commander";
import { type DatabaseForm, formOf } from "../database/databaseForm.js";
import { type RawDatabase, type RawItem, readRawDatabase } from "../database/rawDatabase.js";
import { describeProblem } from "../database/recordDefinition.js";
import { lostInDb, lostInSubstitutions, writeDb, writeSubstitutions } from "../database/writeDatabase.js";
import { writeYaml } from "../database/writeYaml.js";
import { errorMessage } from "../libcom/errorMessage.js";
import { writeOutput } from "./standardOutput.js";

/**
 * Includes between converted files follow the new suffix: a.template and a.yaml stand for each other, any other file gets
 * .yaml behind its name. A name without suffix, or one that a macro gives, stays.
 */
function includeName(file: string, form: DatabaseForm): string {
  const hasSuffix = (name: string): boolean => extname(name) !== "" && !/[)}]$/.test(name);
  if (!hasSuffix(file)) return file;
  if (form === "yaml") return file.endsWith(".template") ? file.replace(/template$/, "yaml") : `${file}.yaml`;
  if (!file.endsWith(".yaml")) return file;
  const base = file.replace(/\.yaml$/, "");
  return hasSuffix(base) ? base : `${base}.template`;
}

const renameIncludes = (items: readonly RawItem[], form: DatabaseForm): RawItem[] =>
  items.map((item) => (item.kind === "include" ? { ...item, file: includeName(item.file, form) } : item));

export interface Conversion {
  readonly text: string;
  /** What was wrong or left out, one line each. */
  readonly messages: readonly string[];
}

const isSubstitutions = ({ items }: RawDatabase): boolean =>
  items.length > 0 && items.every(({ kind }) => kind === "substitutions");

function otherForm(path: string, database: RawDatabase): DatabaseForm {
  if (formOf(path) !== "yaml") return "yaml";
  return isSubstitutions(database) ? "substitutions" : "db";
}

/** Converts a database file to `form`, to the other form where that is absent. */
export function convertDatabase(path: string, form?: DatabaseForm): Conversion {
  const read = readRawDatabase(path);
  const wanted = form ?? otherForm(path, read);
  const isOther = (formOf(path) === "yaml") !== (wanted === "yaml");
  const database = isOther ? { ...read, items: renameIncludes(read.items, wanted) } : read;
  const problems = read.problems.map(describeProblem);
  const lost = (what: readonly string[]): string[] => what.map((each) => `${path}: left out: ${each}`);
  switch (wanted) {
    case "yaml":
      return { text: writeYaml(database), messages: problems };
    case "substitutions":
      return {
        text: writeSubstitutions(database),
        messages: [...problems, ...lost(lostInSubstitutions(database))],
      };
    case "db":
      return { text: writeDb(database), messages: [...problems, ...lost(lostInDb(database))] };
  }
}

/** What the command does; resolves with the exit status. */
function convert(input: string, output: string | undefined): number {
  if (!existsSync(input)) {
    console.error(`${input}: there is no such file`);
    return 1;
  }
  try {
    const { text, messages } = convertDatabase(input, output === undefined ? undefined : formOf(output));
    for (const message of messages) console.error(message);
    if (output === undefined) writeOutput(text);
    else writeFileSync(output, text);
    return messages.length > 0 ? 1 : 0;
  } catch (error) {
    console.error(`tomoioc convert ${input}: ${errorMessage(error)}`);
    return 1;
  }
}

/** `tomoioc convert`: databases between EPICS's form and the YAML form. `ended` is told the exit status. */
export const convertCommand = (ended: (status: number) => void): Command =>
  new Command("convert")
    .description(
      "convert a database: .db, .template and .substitutions to YAML, YAML back; comments are not kept",
    )
    .argument("<input>", "a .db, .template, .substitutions or .yaml file")
    .argument("[output]", "where to write; its suffix names the form. Standard output when absent")
    .action((input: string, output: string | undefined) => ended(convert(input, output)));
