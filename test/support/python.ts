import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "./paths.js";

const venvPython = join(repositoryRoot, ".venv-interop", "bin", "python");

/** Interpreter of the interop environment that `npm test` makes, with real EPICS clients and the reference IOC. */
export const interopPython: string | undefined =
  process.env["TOMOIOC_PYTHON"] ?? (existsSync(venvPython) ? venvPython : undefined);

/**
 * Options for a test that needs real EPICS software: skipped with a message where Python is missing, unless
 * TOMOIOC_REQUIRE_INTEROP is set, then it runs and fails.
 */
export const needsPython =
  interopPython !== undefined || process.env["TOMOIOC_REQUIRE_INTEROP"] !== undefined
    ? {}
    : { skip: "the Python interop environment is absent" };

export interface PythonOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a Python program given as text; the caller ends it or waits for it. */
export function spawnPython(
  program: string,
  env: NodeJS.ProcessEnv = {},
  args: string[] = [],
): ChildProcessWithoutNullStreams {
  if (interopPython === undefined)
    throw new Error("the Python interop environment is absent: run npm test once");
  return spawn(interopPython, ["-u", "-c", program, ...args], { env: { ...process.env, ...env } });
}

/** Runs a Python program given as text to its end; rejects when it is still running after `timeoutSeconds`. */
export function runPython(
  program: string,
  options: { env?: NodeJS.ProcessEnv; args?: string[]; timeoutSeconds?: number } = {},
): Promise<PythonOutcome> {
  const { env, args, timeoutSeconds = 60 } = options;
  const child = spawnPython(program, env, args);
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`the Python program ran longer than ${timeoutSeconds} s\n${stdout}\n${stderr}`));
    }, timeoutSeconds * 1000);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
  });
}
