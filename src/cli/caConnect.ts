import { type CaChannel, CaClient } from "../ca/index.js";
import type { ToolFormat, ToolOutput } from "./caToolFormat.js";

/** A day: `-w 0` waits as long as it takes. */
const FOREVER_SECONDS = 86_400;

export const waitSeconds = (format: ToolFormat): number =>
  format.timeoutSeconds > 0 ? format.timeoutSeconds : FOREVER_SECONDS;

/**
 * Connects to all names and runs `work`; closes the client at the end. When a name does not connect in time this is
 * said, and the result is 1.
 */
export async function withChannels(
  names: readonly string[],
  format: ToolFormat,
  output: ToolOutput,
  work: (channels: readonly CaChannel[]) => Promise<number>,
): Promise<number> {
  const client = new CaClient();
  try {
    const channels = names.map((name) => client.connect(name, { priority: format.priority }));
    const timeoutSeconds = waitSeconds(format);
    const outcomes = await Promise.allSettled(
      channels.map((channel) => channel.whenConnected({ timeoutSeconds })),
    );
    if (outcomes.every(({ status }) => status === "fulfilled")) return await work(channels);
    output.error(
      names.length > 1
        ? "Channel connect timed out: some PV(s) not found."
        : `Channel connect timed out: '${names[0]}' not found.`,
    );
    return 1;
  } finally {
    client.close();
  }
}
