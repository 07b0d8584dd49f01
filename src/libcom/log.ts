import log from "loglevel";

export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

type LevelName = "debug" | "info" | "warn" | "error" | "silent";

const isLevelName = (text: string): text is LevelName =>
  ["debug", "info", "warn", "error", "silent"].includes(text);

/**
 * Levels from TOMOIOC_LOG, as in `TOMOIOC_LOG="ca.server=debug,pva=info"`: the longest dotted prefix of a
 * logger's name decides; `*` is the default, which is `warn`.
 */
export function levelFor(name: string, settings: string | undefined): LevelName {
  let best: { length: number; level: LevelName } = { length: -1, level: "warn" };
  for (const setting of (settings ?? "").split(",")) {
    const [pattern = "", level = ""] = setting.split("=").map((part) => part.trim());
    if (!isLevelName(level)) continue;
    const matches = pattern === "*" || name === pattern || name.startsWith(`${pattern}.`);
    const length = pattern === "*" ? 0 : pattern.length;
    if (matches && length > best.length) best = { length, level };
  }
  return best.level;
}

const listeners = new Set<(line: string) => void>();
let showsLog = true;

/** Calls `listener` with each line of the log, without its time; the function that comes back ends that. */
export function listenToLog(listener: (line: string) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells those who listen to the log, and nobody else. */
export function announce(line: string): void {
  for (const listener of listeners) listener(line);
}

/** Says whether the log is shown on stderr. */
export function logToConsole(shown: boolean): void {
  showsLog = shown;
}

/** A named logger, `ca.server` or `iocsh`; lines go to stderr so that stdout stays the shell's. */
export function logger(name: string): Logger {
  const named = log.getLogger(name);
  named.methodFactory = (level) => (message: string) => {
    const line = `${level.toUpperCase()} ${name} ${message}`;
    if (showsLog) process.stderr.write(`${new Date().toISOString()} ${line}\n`);
    announce(line);
  };
  named.setLevel(levelFor(name, process.env["TOMOIOC_LOG"]), false);
  return named;
}
