import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { splitPvName } from "./autosave/pvFields.js";
import type { ArgumentKind, Shell } from "./shell.js";

const MOST_SHOWN = 200;

const startingWith = (candidates: Iterable<string>, word: string): string[] => {
  const found: string[] = [];
  for (const each of candidates) {
    if (each.startsWith(word)) found.push(each);
    if (found.length >= MOST_SHOWN) break;
  }
  return found.sort();
};

function recordCandidates({ host: { engine } }: Shell, word: string): string[] {
  if (!word.includes("."))
    return startingWith(
      [...engine.allNames()].map(({ name }) => name),
      word,
    );
  const { record } = splitPvName(word);
  const fields = engine.recordTypes.get(engine.record(record)?.recordType ?? "")?.fields ?? {};
  return startingWith(
    Object.keys(fields).map((field) => `${record}.${field}`),
    word,
  );
}

function pathCandidates(word: string): string[] {
  const directory = word.endsWith("/") ? word : dirname(word === "" ? "./x" : word);
  try {
    const names = readdirSync(directory, { withFileTypes: true }).map((entry) =>
      entry.isDirectory() ? `${entry.name}/` : entry.name,
    );
    const shown = word.includes("/") ? names.map((name) => join(directory, name)) : names;
    return startingWith(shown, word);
  } catch {
    return [];
  }
}

function argumentCandidates(
  shell: Shell,
  command: string,
  kind: ArgumentKind | undefined,
  word: string,
): string[] {
  if (command === "help") {
    return startingWith(
      shell.commands().map(({ name }) => name),
      word,
    );
  }
  if (command === "var") return startingWith(shell.variables.keys(), word);
  if (command.startsWith("epicsEnv")) return startingWith(Object.keys(shell.host.environment), word);
  if (kind === "record") return recordCandidates(shell, word);
  if (kind === "pdbbase") return startingWith(["pdbbase"], word);
  return kind === "path" ? pathCandidates(word) : [];
}

/** What the tab key offers at the end of a line: commands first, then what the argument is. */
export function completeLine(shell: Shell, line: string): [candidates: string[], word: string] {
  const start = line.trimStart();
  const words = start.split(/[\s(),"']+/);
  const word = words.at(-1) ?? "";
  if (words.length <= 1) {
    return [
      startingWith(
        shell.commands().map(({ name }) => name),
        word,
      ),
      word,
    ];
  }
  if (/[<>]\s*\S*$/.test(start)) return [pathCandidates(word), word];
  const [command = ""] = words;
  const args = shell.commands().find(({ name }) => name === command)?.args ?? [];
  return [argumentCandidates(shell, command, args[words.length - 2]?.kind, word), word];
}
