import type { ChannelProvider } from "../channel/provider.js";
import { ChannelPv } from "./channelPv.js";
import type { ChannelClient } from "./links/channelClient.js";
import { LocalChannel } from "./links/localChannel.js";
import type { PvDirectory } from "./pv.js";

/**
 * Resolves PV names: a record of this process first, else a channel of the client. Without a client, names that are
 * not here stay disconnected.
 */
export function createPvDirectory(
  engine: ChannelProvider | undefined,
  client: ChannelClient | undefined,
): PvDirectory {
  return {
    pv(name) {
      const local = engine?.open(name);
      const channel = local === undefined ? client?.connect(name) : new LocalChannel(local);
      return new ChannelPv(name, channel);
    },
  };
}
