/** What a shell reports of a C program that SIGPIPE ended. */
const ENDED_BY_SIGPIPE = 141;

let isWatched = false;

function outputFailed(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(ENDED_BY_SIGPIPE);
  throw error;
}

/** Writes to standard output, and ends the program without a word once nobody reads it: `camonitor ... | head`. */
export function writeOutput(text: string): void {
  if (!isWatched) process.stdout.on("error", outputFailed);
  isWatched = true;
  process.stdout.write(text);
}
