import { type CaChannel, CaClient, Eca, ecaText } from "../ca/index.js";
import type { ToolFormat, ToolOutput } from "./caToolFormat.js";

/** A day: `-w 0` waits as long as it takes. */
const FOREVER_SECONDS = 86_400;

/** Less than 0 does not wait at all. */
export const waitSeconds = ({ timeoutSeconds }: ToolFormat): number =>
  timeoutSeconds === 0 ? FOREVER_SECONDS : Math.max(timeoutSeconds, 0);

async function areConnected(channels: readonly CaChannel[], timeoutSeconds: number): Promise<boolean> {
  if (timeoutSeconds === 0) return false;
  const outcomes = await Promise.allSettled(
    channels.map((channel) => channel.whenConnected({ timeoutSeconds })),
  );
  return outcomes.every(({ status }) => status === "fulfilled");
}

/** Looks for all names. Undefined where one of them is none, which is said. */
export function openChannels(
  client: CaClient,
  names: readonly string[],
  format: ToolFormat,
  output: ToolOutput,
): readonly CaChannel[] | undefined {
  const problem = `CA error ${ecaText(Eca.BADSTR)} occurred while trying to create channel ''.`;
  const unnamed = names.filter((name) => name === "");
  for (const _name of unnamed) output.error(problem);
  if (unnamed.length > 0) return undefined;
  return names.map((name) => client.connect(name, { priority: format.priority }));
}

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
    const channels = openChannels(client, names, format, output);
    if (channels === undefined) return 1;
    if (await areConnected(channels, waitSeconds(format))) return await work(channels);
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
