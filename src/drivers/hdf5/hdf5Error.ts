import { errorMessage } from "../../libcom/errorMessage.js";

/** One line out of the HDF5 library's error stack: the operating system's reason where it gives one. */
export function describeHdf5Error(error: unknown): string {
  const text = errorMessage(error);
  const reason = /error message = '([^']*)'/.exec(text)?.[1];
  if (reason !== undefined) return reason;
  const innermost = text
    .split("\n")
    .filter((line) => /^\s*#\d+:/.test(line))
    .at(-1);
  return (innermost?.replace(/^.*\): /, "") ?? text.split("\n")[0] ?? "unknown error").trim();
}
