import type { CaError } from "./caError.js";
import { type Asker, type ChannelRequest, type RequestOptions, ValueRequest } from "./channelRequest.js";
import type { CaReading, ReadingOptions, ReadingValue } from "./reading.js";

/** A channel that can be asked. */
export interface Asked extends Asker {
  ask(request: ChannelRequest): void;
}

/** As for one channel; but each value gets an array of its own. */
export interface ReadAllOptions extends ReadingOptions, RequestOptions {}

type Outcome<O extends ReadingOptions> = CaReading<ReadingValue<O>> | CaError;

/** The readings of a group come in any order, each to its place. */
class ReadGroup<O extends ReadingOptions> {
  readonly #outcomes: Outcome<O>[];
  readonly #resolve: (outcomes: readonly Outcome<O>[]) => void;
  #missing: number;

  constructor(size: number, resolve: (outcomes: readonly Outcome<O>[]) => void) {
    this.#outcomes = new Array(size);
    this.#missing = size;
    this.#resolve = resolve;
    if (size === 0) resolve(this.#outcomes);
  }

  arrived(place: number, outcome: Outcome<O>): void {
    this.#outcomes[place] = outcome;
    this.#missing -= 1;
    if (this.#missing === 0) this.#resolve(this.#outcomes);
  }
}

class GroupedRead<O extends ReadingOptions> extends ValueRequest<O> {
  readonly #group: ReadGroup<O>;
  readonly #place: number;

  constructor(channel: Asker, options: O & RequestOptions, group: ReadGroup<O>, place: number) {
    super(channel, options);
    this.#group = group;
    this.#place = place;
  }

  protected override ended(outcome: Outcome<O>): void {
    this.#group.arrived(this.#place, outcome);
  }
}

/** Reads channels at once, with one promise for all of them: thousands of promises cost more than their readings. */
export function readAll<O extends ReadAllOptions>(
  channels: readonly Asked[],
  options: O,
): Promise<readonly Outcome<O>[]> {
  return new Promise((resolve) => {
    const group = new ReadGroup<O>(channels.length, resolve);
    channels.forEach((channel, place) => {
      channel.ask(new GroupedRead(channel, options, group, place));
    });
  });
}
