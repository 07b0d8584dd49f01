interface ServerBeacons {
  lastId: number;
  lastSeconds: number;
  /** Running average; undefined before there were two. */
  periodSeconds: number | undefined;
}

/** What a beacon tells. */
export interface BeaconReport {
  /** The server started, or can be reached again: searches should start anew. */
  readonly isAnomaly: boolean;
  /** It came when it was expected: the server lives. */
  readonly isOnTime: boolean;
  /** Running average of the time between beacons; undefined before there were two. */
  readonly periodSeconds: number | undefined;
  /** Since the one before; undefined for the first. */
  readonly sincePrevious: number | undefined;
}

type Judgement = Pick<BeaconReport, "isAnomaly" | "isOnTime">;

const NO_NEWS: Judgement = { isAnomaly: false, isOnTime: false };
const FIRST_BEACON: BeaconReport = { ...NO_NEWS, periodSeconds: undefined, sincePrevious: undefined };

/** A beacon earlier than this part of the period says that the server restarted. */
const EARLY = 0.8;
/** One that is missing says that the server may be gone. */
const MISSING = 1.25;
/** And three that are missing that the network was cut and came back. */
const LATE = 3.25;
/** What the newest period counts in the average. */
const NEWEST = 0.125;
/** Numbers that jump by less are beacons that were lost, or came twice by two routes. */
const LEAST_JUMP = 4;
/** Numbers this little before the last came late by another route. */
const MOST_LATE = 256;

/** Watches the beacons of all servers for signs that one of them started, by the rules of libca (bhe.cpp). */
export class BeaconMonitor {
  readonly #servers = new Map<string, ServerBeacons>();
  readonly #startSeconds: number;

  /** `startSeconds` is when the client began to listen, on the clock that `beacon` goes by. */
  constructor(startSeconds: number) {
    this.#startSeconds = startSeconds;
  }

  /** Takes a beacon of `server` that came at `seconds`. */
  beacon(server: string, id: number, seconds: number): BeaconReport {
    const known = this.#servers.get(server);
    if (known === undefined) {
      this.#servers.set(server, { lastId: id, lastSeconds: seconds, periodSeconds: undefined });
      return FIRST_BEACON;
    }
    const sincePrevious = seconds - known.lastSeconds;
    const judgement = this.#isInOrder(known, id) ? this.#update(known, seconds, sincePrevious) : NO_NEWS;
    return { ...judgement, periodSeconds: known.periodSeconds, sincePrevious };
  }

  #isInOrder(known: ServerBeacons, id: number): boolean {
    const advance = (id - known.lastId) >>> 0;
    known.lastId = id;
    const isRepeated = advance === 0 || advance > 0xffff_ffff - MOST_LATE;
    return !isRepeated && (advance === 1 || advance >= LEAST_JUMP);
  }

  #update(known: ServerBeacons, seconds: number, period: number): Judgement {
    const average = known.periodSeconds;
    const listenedBefore = known.lastSeconds - this.#startSeconds;
    known.lastSeconds = seconds;
    if (average === undefined) {
      known.periodSeconds = period;
      // Whoever was there before this client began is no news.
      return { isAnomaly: period <= listenedBefore, isOnTime: false };
    }
    known.periodSeconds = period * NEWEST + average * (1 - NEWEST);
    const isEarly = period <= average * EARLY;
    return {
      isAnomaly: isEarly || period >= average * LATE,
      isOnTime: !isEarly && period < average * MISSING,
    };
  }
}
