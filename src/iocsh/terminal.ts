import { readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { createInterface, type Interface } from "node:readline";
import { completeLine } from "./completion.js";
import type { Iocsh } from "./iocsh.js";
import { inGreen } from "./style.js";

export interface TerminalOptions {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

const DEFAULT_HISTORY_SIZE = 50;

const historyFile = (environment: NodeJS.ProcessEnv): string =>
  (environment["EPICS_IOCSH_HISTFILE"] ?? ".iocsh_history").replace(/^~(?=\/)/, homedir());

function readHistory(path: string): string[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .reverse();
  } catch {
    return [];
  }
}

function writeHistory(path: string, newestFirst: readonly string[]): void {
  try {
    if (path !== "" && newestFirst.length > 0)
      writeFileSync(path, `${[...newestFirst].reverse().join("\n")}\n`);
  } catch {
    // A history that cannot be kept is no reason to disturb anybody.
  }
}

/** A word that is complete is followed by a blank, unless it is in brackets or quotes. */
function complete(shell: Iocsh, line: string): [candidates: string[], word: string] {
  const [candidates, word] = completeLine(shell, line);
  const [only] = candidates;
  if (only === undefined || candidates.length > 1 || only.endsWith("/") || /[("']/.test(line))
    return [candidates, word];
  return [[`${only} `], word];
}

/**
 * Runs command lines from a terminal (prompt, history, tab completion) or from any other input, one after the other,
 * until its end, `exit` or, on a terminal, Ctrl-C.
 */
export async function runTerminal(shell: Iocsh, { input, output }: TerminalOptions): Promise<void> {
  const { environment } = shell.host;
  const isTerminal = input.isTTY === true;
  // Without line editing a terminal gives whole lines, as a pipe does.
  const terminal = isTerminal && !environment["IOCSH_HISTEDIT_DISABLE"];
  const path = terminal ? historyFile(environment) : "";
  let history = terminal ? readHistory(path) : [];
  const lines: Interface = createInterface({
    input,
    output,
    terminal,
    history,
    historySize: Number(environment["IOCSH_HISTSIZE"] ?? DEFAULT_HISTORY_SIZE) || DEFAULT_HISTORY_SIZE,
    completer: (line: string) => complete(shell, line),
  });
  lines.on("history", (kept: string[]) => (history = kept));
  const interrupted = new Promise<"exit">((resolve) => {
    lines.on("SIGINT", () => {
      lines.close();
      resolve("exit");
    });
  });
  const showPrompt = (continued: boolean) => {
    lines.setPrompt(
      continued ? "> " : (environment["IOCSH_PS1"] ?? (isTerminal ? inGreen("epics> ") : "epics> ")),
    );
    lines.prompt();
  };
  let pending = "";
  showPrompt(false);
  for await (const line of lines) {
    if (line.endsWith("\\")) pending += line.slice(0, -1);
    else {
      const whole = pending + line;
      pending = "";
      // Ctrl-C ends the shell even while a command runs.
      if ((await Promise.race([shell.runInteractiveLine(whole), interrupted])) === "exit") break;
    }
    showPrompt(pending !== "");
  }
  lines.close();
  writeHistory(path, history);
}
