import type { Channel } from "../../../src/channel/provider.js";
import { SoftPvProvider } from "../../../src/channel/softPv.js";

/** Soft PVs for tests of the servers, which have to close what they open. */
export class MemoryProvider extends SoftPvProvider {
  /** Channels that clients have open. */
  openChannels = 0;

  override open(name: string): Channel | undefined {
    const pv = this.pvs.get(name);
    if (pv === undefined) return undefined;
    this.openChannels += 1;
    return pv.open(name, () => {
      this.openChannels -= 1;
    });
  }
}

export { SoftPv as MemoryPv } from "../../../src/channel/softPv.js";
