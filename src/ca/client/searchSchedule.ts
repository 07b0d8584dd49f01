import { timerMs } from "../../libcom/timerMs.js";
import { MAXIMUM_DATAGRAM_SIZE } from "../codec/commands.js";
import { alignPayload, HEADER_SIZE } from "../codec/message.js";
import { SearchPace } from "./searchPace.js";

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
/** So many are searched for without waiting for the end of the turn of the event loop: they fill a few datagrams. */
const BATCH = 128;
/** And after answers so much is sent at once. */
const BATCH_BYTES = 4 * MAXIMUM_DATAGRAM_SIZE;

interface Wanted {
  readonly channel: SearchedChannel;
  /** In which of the periods it waits for an answer, or will when it has been searched for. */
  level: number;
  state: "due" | "waiting" | "found";
}

/** About as long as its search is. */
const sizeOf = ({ name }: SearchedChannel): number => HEADER_SIZE + alignPayload(name.length + 1);

/**
 * Who is searched for when: at once, and then again after 30 ms, 60 ms, ... up to the longest period. Channels that
 * start together, or wait equally long, are searched for together, in few datagrams. The first of many are searched for
 * while the program still names the others.
 */
export class SearchSchedule {
  readonly #send: (channels: readonly SearchedChannel[]) => void;
  readonly #maximumSeconds: number;
  readonly #wanted = new Map<number, Wanted>();
  /** Whose period runs. Those that were found, or began anew, stay in their list until it ends. */
  readonly #levels: Wanted[][] = [];
  readonly #timers: (NodeJS.Timeout | undefined)[] = [];
  readonly #pace = new SearchPace(() => this.#sendDue());
  #due: Wanted[] = [];
  /** Those before this one were sent. */
  #nextDue = 0;
  #turnEnd: NodeJS.Immediate | undefined;

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
    const wanted: Wanted = { channel, level: refused ? REFUSED_LEVEL : 0, state: "waiting" };
    this.#wanted.set(channel.cid, wanted);
    if (refused) this.#wait(wanted);
    else this.#searchSoon(wanted);
  }

  /** A server answered. Returns whether the channel was looked for. */
  found(channel: SearchedChannel): boolean {
    if (!this.remove(channel.cid)) return false;
    this.#pace.answered(sizeOf(channel));
    if (this.#due.length > 0 && this.#pace.left >= BATCH_BYTES) this.#sendDue();
    return true;
  }

  /** Returns whether the channel was looked for. */
  remove(cid: number): boolean {
    const wanted = this.#wanted.get(cid);
    if (wanted === undefined) return false;
    wanted.state = "found";
    return this.#wanted.delete(cid);
  }

  /** A server came up: what waits for long is searched for now. */
  restart(): void {
    for (const wanted of this.#wanted.values())
      if (wanted.state === "waiting" && wanted.level >= RESTARTED_LEVEL) {
        wanted.level = 0;
        this.#searchSoon(wanted);
      }
  }

  stop(): void {
    clearImmediate(this.#turnEnd);
    this.#pace.stop();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#wanted.clear();
    this.#levels.length = 0;
    this.#due = [];
  }

  #searchSoon(wanted: Wanted): void {
    this.#makeDue(wanted);
    if (this.#due.length - this.#nextDue >= BATCH && this.#pace.left > 0) this.#sendDue();
    else this.#turnEnd ??= setImmediate(() => this.#turnEnded());
  }

  #makeDue(wanted: Wanted): void {
    wanted.state = "due";
    this.#due.push(wanted);
  }

  #turnEnded(): void {
    this.#turnEnd = undefined;
    this.#sendDue();
  }

  #sendDue(): void {
    const channels: SearchedChannel[] = [];
    for (; this.#nextDue < this.#due.length && this.#pace.left > 0; this.#nextDue++) {
      const wanted = this.#due[this.#nextDue];
      if (wanted?.state !== "due") continue;
      this.#pace.sent(sizeOf(wanted.channel));
      this.#wait(wanted);
      channels.push(wanted.channel);
    }
    if (this.#nextDue < this.#due.length) this.#pace.waits();
    else {
      this.#due = [];
      this.#nextDue = 0;
    }
    if (channels.length > 0) this.#send(channels);
  }

  #wait(wanted: Wanted): void {
    const { level } = wanted;
    wanted.state = "waiting";
    for (let index = this.#levels.length; index <= level; index++) this.#levels[index] = [];
    this.#levels[level]?.push(wanted);
    this.#timers[level] ??= setTimeout(() => this.#expired(level), timerMs(this.#periodSeconds(level)));
  }

  #periodSeconds(level: number): number {
    return Math.min(FIRST_PERIOD_SECONDS * 2 ** level, this.#maximumSeconds);
  }

  #expired(level: number): void {
    this.#timers[level] = undefined;
    const all = this.#levels[level] ?? [];
    this.#levels[level] = [];
    const isLongest = this.#periodSeconds(level) >= this.#maximumSeconds;
    for (const wanted of all)
      if (wanted.state === "waiting" && wanted.level === level) {
        wanted.level = isLongest ? level : level + 1;
        this.#makeDue(wanted);
      }
    this.#sendDue();
  }
}
