interface ServerBeacons {
  lastId: number;
  lastSeconds: number;
  /** The time between its last two beacons; 0 before there were two. */
  periodSeconds: number;
}

/** A beacon this much earlier than the last period says that the server restarted. */
const EARLY_FRACTION = 0.8;
/** And one this much later that the network was cut and came back. */
const LATE_FACTOR = 3.25;

/** Watches the beacons of all servers for signs that one of them started, or can be reached again. */
export class BeaconMonitor {
  readonly #servers = new Map<string, ServerBeacons>();

  /** Takes a beacon of `server` that came at `seconds`; returns whether searches should start anew. */
  beacon(server: string, id: number, seconds: number): boolean {
    const known = this.#servers.get(server);
    if (known === undefined) {
      this.#servers.set(server, { lastId: id, lastSeconds: seconds, periodSeconds: 0 });
      return true;
    }
    const advance = (id - known.lastId) >>> 0;
    // The same beacon by another interface.
    if (advance === 0) return false;
    const period = seconds - known.lastSeconds;
    const restarted = advance > 0x7fffffff;
    const anomaly =
      restarted ||
      (known.periodSeconds > 0 &&
        (period < known.periodSeconds * EARLY_FRACTION || period > known.periodSeconds * LATE_FACTOR));
    known.lastId = id;
    known.lastSeconds = seconds;
    known.periodSeconds = restarted ? 0 : period;
    return anomaly;
  }
}
