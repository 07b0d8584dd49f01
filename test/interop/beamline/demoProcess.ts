import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { loopbackEnvironment } from "../../support/freePorts.js";
import { repositoryRoot } from "../../support/paths.js";

/** An exit code, or the signal that ended the process. */
export type ExitStatus = number | NodeJS.Signals | null;

/** The demo as a user starts it, on ports of its own. */
export interface DemoProcess {
  /** Environment in which clients find it. */
  readonly env: Record<string, string>;
  /** Where it captures. */
  readonly directory: string;
  /** What it has printed so far. */
  output(): string;
  /** Waits for a line of its output, which may be there already. */
  printed(pattern: RegExp, timeoutSeconds: number): Promise<void>;
  /** Resolves with the exit code or the signal that ended it; kills it when it has not ended by itself. */
  exited(timeoutSeconds: number): Promise<ExitStatus>;
  /** Sends Ctrl-C and waits for the end. */
  stop(): Promise<ExitStatus>;
}

const BOOT_SECONDS = 60;

/** Boots the demo and resolves once it says that it is running; `settings` are environment variables of its scripts. */
export async function startDemo(
  args: readonly string[] = [],
  settings: Readonly<Record<string, string>> = {},
): Promise<DemoProcess> {
  const env = { ...(await loopbackEnvironment()), ...settings };
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-demo-"));
  const child = spawn(
    process.execPath,
    [join(repositoryRoot, "dist/src/cli/demo.js"), "--directory", directory, ...args],
    { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] },
  );
  child.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const lines: string[] = [];
  const printed = new EventEmitter();
  for (const input of [child.stdout, child.stderr])
    createInterface({ input }).on("line", (line) => {
      lines.push(line);
      printed.emit("line");
    });
  await waitForLine(child, lines, printed, /^tomoioc is running/, BOOT_SECONDS);

  const exited = (timeoutSeconds: number): Promise<ExitStatus> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill("SIGKILL");
        reject(new Error(`the demo did not end within ${timeoutSeconds} s\n${lines.join("\n")}`));
      }, timeoutSeconds * 1000);
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        clearTimeout(timer);
        resolve(code ?? signal);
      };
      if (child.exitCode !== null || child.signalCode !== null) end(child.exitCode, child.signalCode);
      else child.once("close", end);
    });

  return {
    env,
    directory,
    output: () => lines.join("\n"),
    printed: (pattern, timeoutSeconds) => waitForLine(child, lines, printed, pattern, timeoutSeconds),
    exited,
    stop: () => {
      child.kill("SIGINT");
      return exited(60);
    },
  };
}

/** Resolves once `child` has printed a line like `pattern`, now or before. */
function waitForLine(
  child: ChildProcess,
  lines: readonly string[],
  printed: EventEmitter,
  pattern: RegExp,
  timeoutSeconds: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (lines.some((line) => pattern.test(line))) end();
    };
    const exited = (code: number | null): void => end(`ended with ${code}`);
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      end(`did not print ${pattern} within ${timeoutSeconds} s`);
    }, timeoutSeconds * 1000);
    const end = (problem?: string): void => {
      clearTimeout(timer);
      printed.off("line", look);
      child.off("exit", exited);
      if (problem === undefined) resolve();
      else reject(new Error(`the demo ${problem}\n${lines.join("\n")}`));
    };
    printed.on("line", look);
    child.on("exit", exited);
    look();
  });
}
