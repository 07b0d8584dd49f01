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

/**
 * Runs command lines from a terminal (prompt, history, tab completion) or from any other input, one after the other,
 * until its end, `exit` or, on a terminal, Ctrl-C.
 */
export async function runTerminal(shell: Iocsh, { input, output }: TerminalOptions): Promise<void> {
  const { environment } = shell.host;
  const terminal = input.isTTY === true;
  const path = terminal ? historyFile(environment) : "";
  let history = terminal ? readHistory(path) : [];
  const lines: Interface = createInterface({
    input,
    output,
    terminal,
    history,
    historySize: Number(environment["IOCSH_HISTSIZE"] ?? DEFAULT_HISTORY_SIZE) || DEFAULT_HISTORY_SIZE,
    completer: (line: string) => completeLine(shell, line),
  });
  lines.on("history", (kept: string[]) => (history = kept));
  lines.on("SIGINT", () => lines.close());
  const showPrompt = (continued: boolean) => {
    lines.setPrompt(
      continued ? "> " : (environment["IOCSH_PS1"] ?? (terminal ? inGreen("epics> ") : "epics> ")),
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
      if ((await shell.runInteractiveLine(whole)) === "exit") break;
    }
    showPrompt(pending !== "");
  }
  lines.close();
  writeHistory(path, history);
}
