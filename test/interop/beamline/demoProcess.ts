import { type ChildProcess, spawn } from "node:child_process";
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
  /** Resolves with the exit code or the signal that ended it; kills it when it has not ended by itself. */
  exited(timeoutSeconds: number): Promise<ExitStatus>;
  /** Sends Ctrl-C and waits for the end. */
  stop(): Promise<ExitStatus>;
}

const BOOT_SECONDS = 30;

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
  await waitForLine(child, lines, /^tomoioc is running/);

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
    exited,
    stop: () => {
      child.kill("SIGINT");
      return exited(15);
    },
  };
}

function waitForLine(child: ChildProcess, lines: string[], pattern: RegExp): Promise<void> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("the demo was started without pipes");
  createInterface({ input: stderr }).on("line", (line) => lines.push(line));
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(`the demo ${reason}\n${lines.join("\n")}`));
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      fail(`was not running after ${BOOT_SECONDS} s`);
    }, BOOT_SECONDS * 1000);
    child.once("exit", (code) => {
      clearTimeout(timer);
      fail(`ended with ${code} while booting`);
    });
    createInterface({ input: stdout }).on("line", (line) => {
      lines.push(line);
      if (!pattern.test(line)) return;
      clearTimeout(timer);
      resolve();
    });
  });
}
