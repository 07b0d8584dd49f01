import { closeSync, openSync, writeSync } from "node:fs";
import { errorMessage } from "../libcom/errorMessage.js";
import { failed, ok, type Result } from "../libcom/result.js";
import type { Redirect } from "./tokenizer.js";

/** Where text goes: a stream, a redirected file, or a test's buffer. */
export interface TextSink {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** The two output streams of a command. */
export interface ShellStreams {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
}

export interface OpenRedirects extends ShellStreams {
  close(): void;
}

/** What strerror says of the errors that opening a file can end with. */
const ERROR_TEXTS: Readonly<Record<string, string>> = {
  ENOENT: "No such file or directory",
  EACCES: "Permission denied",
  EISDIR: "Is a directory",
  ENOTDIR: "Not a directory",
  EROFS: "Read-only file system",
  ENOSPC: "No space left on device",
};

/** Says why a file operation failed, as strerror does. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return ERROR_TEXTS[code] ?? errorMessage(error);
}

/** A file that a redirect names; what comes after its end, as from `astac`, goes nowhere. */
class FileSink implements TextSink {
  #descriptor: number | undefined;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  write(text: string): void {
    if (this.#descriptor !== undefined) writeSync(this.#descriptor, text);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** Opens a line's redirects over `streams`; on failure nothing stays open. */
export function openRedirects(
  redirects: ReadonlyMap<number, Redirect>,
  streams: ShellStreams,
): Result<OpenRedirects> {
  const opened = new Map<number, FileSink>();
  const close = () => {
    for (const sink of opened.values()) sink.close();
  };
  for (const [number, { path, mode }] of redirects) {
    try {
      opened.set(number, new FileSink(openSync(path, mode)));
    } catch (error) {
      close();
      return failed(`Can't open '${path}': ${reasonOf(error)}`);
    }
  }
  return ok({ stdout: opened.get(1) ?? streams.stdout, stderr: opened.get(2) ?? streams.stderr, close });
}
