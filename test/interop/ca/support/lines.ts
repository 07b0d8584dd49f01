import type { ChildProcess, ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** What a program prints, on either of its outputs, line by line. */
export class ProgramLines {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: string[] = [];
  readonly #changed = new EventTarget();

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    for (const input of [child.stdout, child.stderr])
      createInterface({ input }).on("line", (line) => {
        this.#lines.push(line);
        this.#changed.dispatchEvent(new Event("line"));
      });
    child.on("close", () => this.#changed.dispatchEvent(new Event("line")));
  }

  /** The next line that matches; those before it are passed over. Rejects when the program ends, or after 40 s. */
  async next(pattern: RegExp): Promise<string> {
    const passed: string[] = [];
    const deadline = AbortSignal.timeout(40_000);
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined && pattern.test(line)) return line;
      if (line !== undefined) passed.push(line);
      else if (hasEnded(this.#child) || deadline.aborted)
        throw new Error(`no line ${pattern}: ${passed.join("\n")}`);
      else await this.#somethingNew(deadline);
    }
  }

  async #somethingNew(deadline: AbortSignal): Promise<void> {
    try {
      await once(this.#changed, "line", { signal: deadline });
    } catch {
      // The deadline is what the caller looks at next.
    }
  }

  async stop(): Promise<void> {
    await stopped(this.#child);
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** Ends a program at once, without a word to its peers but what the system says. */
export async function stopped(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
}
