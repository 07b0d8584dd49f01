import { closeSync, openSync, writeSync } from "node:fs";
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

const fileSink = (descriptor: number): TextSink => ({
  write: (text) => writeSync(descriptor, text),
});

/** Says why a file operation failed, as strerror does. */
export const reasonOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Readonly<Record<string, string>> = {
    ENOENT: "No such file or directory",
    EACCES: "Permission denied",
    EISDIR: "Is a directory",
    ENOTDIR: "Not a directory",
    EROFS: "Read-only file system",
    ENOSPC: "No space left on device",
  };
  return (code === undefined ? undefined : known[code]) ?? message;
};

/** Opens a line's redirects over `streams`; on failure nothing stays open. */
export function openRedirects(
  redirects: ReadonlyMap<number, Redirect>,
  streams: ShellStreams,
): Result<OpenRedirects> {
  const opened = new Map<number, number>();
  const close = () => {
    for (const descriptor of opened.values()) closeSync(descriptor);
  };
  for (const [number, { path, mode }] of redirects) {
    try {
      opened.set(number, openSync(path, mode));
    } catch (error) {
      close();
      return failed(`Can't open '${path}': ${reasonOf(error)}`);
    }
  }
  const sink = (number: number, otherwise: TextSink): TextSink => {
    const descriptor = opened.get(number);
    return descriptor === undefined ? otherwise : fileSink(descriptor);
  };
  return ok({ stdout: sink(1, streams.stdout), stderr: sink(2, streams.stderr), close });
}
