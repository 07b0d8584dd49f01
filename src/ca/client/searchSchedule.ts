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

/** Searched for with one call: a few datagrams, so that servers begin while a program still names its channels. */
const BATCH = 128;
/** The level of what is searched for in the present turn of the event loop for the first time. */
const FRESH = -1;
/** The level of what is not looked for any more. */
const FOUND = -2;

interface Wanted {
  readonly channel: SearchedChannel;
  level: number;
}

/**
 * Who is searched for when: at once, and then again after 30 ms, 60 ms, ... up to the longest period. Channels that
 * start within one turn of the event loop, or wait equally long, are searched for together, in few datagrams.
 */
export class SearchSchedule {
  readonly #send: (channels: readonly SearchedChannel[]) => void;
  readonly #maximumSeconds: number;
  readonly #wanted = new Map<number, Wanted>();
  /** Who waits how long; those that went to another level, or were found, are still in the list of the old one. */
  readonly #levels: Wanted[][] = [];
  readonly #timers: (NodeJS.Timeout | undefined)[] = [];
  #fresh: Wanted[] = [];
  #freshTimer: NodeJS.Immediate | undefined;

  constructor(maximumSeconds: number, send: (channels: readonly SearchedChannel[]) => void) {
    this.#maximumSeconds = maximumSeconds;
    this.#send = send;
  }

  /** Channels still looked for. */
  get size(): number {
    return this.#wanted.size;
  }

  /** Starts to look for a channel, with some delay where its server just refused it. */
  add(channel: SearchedChannel, refused = false): void {
    if (this.#wanted.has(channel.cid)) return;
    const wanted = { channel, level: FRESH };
    this.#wanted.set(channel.cid, wanted);
    if (refused) this.#put(wanted, REFUSED_LEVEL);
    else this.#searchSoon(wanted);
  }

  /** Returns whether the channel was looked for. */
  remove(cid: number): boolean {
    const wanted = this.#wanted.get(cid);
    if (wanted === undefined) return false;
    wanted.level = FOUND;
    return this.#wanted.delete(cid);
  }

  /** A server came up: what waits for long is searched for now. */
  restart(): void {
    for (const wanted of this.#wanted.values())
      if (wanted.level >= RESTARTED_LEVEL) {
        wanted.level = FRESH;
        this.#searchSoon(wanted);
      }
  }

  stop(): void {
    clearImmediate(this.#freshTimer);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#wanted.clear();
    this.#levels.length = 0;
    this.#fresh = [];
  }

  #searchSoon(wanted: Wanted): void {
    this.#fresh.push(wanted);
    if (this.#fresh.length >= BATCH) this.#sendFresh();
    else this.#freshTimer ??= setImmediate(() => this.#sendFresh());
  }

  #sendFresh(): void {
    clearImmediate(this.#freshTimer);
    this.#freshTimer = undefined;
    const fresh = this.#fresh;
    this.#fresh = [];
    this.#searchFor(
      fresh.filter(({ level }) => level === FRESH),
      0,
    );
  }

  /** Now, and again when the period of `level` is over. */
  #searchFor(wanted: readonly Wanted[], level: number): void {
    for (const one of wanted) this.#put(one, level);
    this.#send(wanted.map(({ channel }) => channel));
  }

  #put(wanted: Wanted, level: number): void {
    wanted.level = level;
    for (let index = this.#levels.length; index <= level; index++) this.#levels[index] = [];
    this.#levels[level]?.push(wanted);
    this.#timers[level] ??= setTimeout(() => this.#expired(level), this.#periodSeconds(level) * 1000);
  }

  #periodSeconds(level: number): number {
    return Math.min(FIRST_PERIOD_SECONDS * 2 ** level, this.#maximumSeconds);
  }

  #expired(level: number): void {
    this.#timers[level] = undefined;
    const waiting = this.#levels[level]?.filter((wanted) => wanted.level === level) ?? [];
    this.#levels[level] = [];
    if (waiting.length === 0) return;
    const next = this.#periodSeconds(level) < this.#maximumSeconds ? level + 1 : level;
    this.#searchFor(waiting, next);
  }
}
