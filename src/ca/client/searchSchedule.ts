/** A channel somebody looks for. */
export interface SearchedChannel {
  readonly cid: number;
  readonly name: string;
}

const FIRST_PERIOD_SECONDS = 0.03;
/** After a beacon anomaly only channels that wait longer than this are searched anew at once. */
const RESTARTED_LEVEL = 4;
/** Where a channel starts again whose server was found but refused it. */
const REFUSED_LEVEL = 5;

/**
 * Who is searched for when: at once, and then again after 30 ms, 60 ms, ... up to the longest period. Channels that
 * start within one turn of the event loop, or wait equally long, are searched for together, in few datagrams.
 */
export class SearchSchedule {
  readonly #send: (channels: readonly SearchedChannel[]) => void;
  readonly #maximumSeconds: number;
  readonly #levelOf = new Map<number, number>();
  readonly #levels: Map<number, SearchedChannel>[] = [];
  readonly #timers: (NodeJS.Timeout | undefined)[] = [];
  #fresh: SearchedChannel[] = [];
  #freshTimer: NodeJS.Immediate | undefined;

  constructor(maximumSeconds: number, send: (channels: readonly SearchedChannel[]) => void) {
    this.#maximumSeconds = maximumSeconds;
    this.#send = send;
  }

  /** Channels still looked for. */
  get size(): number {
    return this.#levelOf.size;
  }

  has(cid: number): boolean {
    return this.#levelOf.has(cid);
  }

  /** Starts to look for a channel, with some delay where its server just refused it. */
  add(channel: SearchedChannel, refused = false): void {
    if (this.#levelOf.has(channel.cid)) return;
    if (refused) {
      this.#put(channel, REFUSED_LEVEL);
      return;
    }
    this.#levelOf.set(channel.cid, -1);
    this.#fresh.push(channel);
    this.#freshTimer ??= setImmediate(() => this.#sendFresh());
  }

  /** Returns whether the channel was looked for. */
  remove(cid: number): boolean {
    const level = this.#levelOf.get(cid);
    if (level === undefined) return false;
    this.#levelOf.delete(cid);
    this.#levels[level]?.delete(cid);
    return true;
  }

  /** A server came up: what waits for long is searched for now. */
  restart(): void {
    for (let level = RESTARTED_LEVEL; level < this.#levels.length; level++) {
      const waiting = [...(this.#levels[level]?.values() ?? [])];
      for (const channel of waiting) {
        this.remove(channel.cid);
        this.add(channel);
      }
    }
  }

  stop(): void {
    clearImmediate(this.#freshTimer);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#levelOf.clear();
    this.#levels.length = 0;
    this.#fresh.length = 0;
  }

  #sendFresh(): void {
    this.#freshTimer = undefined;
    const wanted = this.#fresh.filter((channel) => this.#levelOf.get(channel.cid) === -1);
    this.#fresh = [];
    for (const channel of wanted) this.#put(channel, 0);
    this.#send(wanted);
  }

  #put(channel: SearchedChannel, level: number): void {
    this.#levelOf.set(channel.cid, level);
    for (let index = this.#levels.length; index <= level; index++) this.#levels[index] = new Map();
    this.#levels[level]?.set(channel.cid, channel);
    this.#timers[level] ??= setTimeout(() => this.#expired(level), this.#periodSeconds(level) * 1000);
  }

  #periodSeconds(level: number): number {
    return Math.min(FIRST_PERIOD_SECONDS * 2 ** level, this.#maximumSeconds);
  }

  #expired(level: number): void {
    this.#timers[level] = undefined;
    const waiting = [...(this.#levels[level]?.values() ?? [])];
    if (waiting.length === 0) return;
    this.#levels[level]?.clear();
    const next = this.#periodSeconds(level) < this.#maximumSeconds ? level + 1 : level;
    for (const channel of waiting) this.#put(channel, next);
    this.#send(waiting);
  }
}
