import { Eca } from "../codec/eca.js";
import type { Asker, ChannelRequest } from "./channelRequest.js";
import { DeadlineTimer } from "./deadlineTimer.js";

/** The requests of a client's channels that wait for a connection, each channel's in their order, until their deadlines. */
export class WaitingRequests {
  readonly #ofChannel = new Map<Asker, ChannelRequest[]>();
  readonly #timer = new DeadlineTimer((now) => this.#expire(now));

  add(request: ChannelRequest): void {
    const others = this.#ofChannel.get(request.owner);
    if (others === undefined) this.#ofChannel.set(request.owner, [request]);
    else others.push(request);
    this.#timer.expect(request.deadline);
  }

  delete(request: ChannelRequest): void {
    this.#keep(request.owner, (other) => other !== request);
  }

  /** Those of this channel wait no more: it is connected, or closed. */
  take(channel: Asker): readonly ChannelRequest[] {
    const requests = this.#ofChannel.get(channel) ?? [];
    this.#ofChannel.delete(channel);
    if (this.#ofChannel.size === 0) this.#timer.stop();
    return requests;
  }

  #keep(channel: Asker, isKept: (request: ChannelRequest) => boolean): void {
    const kept = this.#ofChannel.get(channel)?.filter(isKept) ?? [];
    if (kept.length === 0) this.#ofChannel.delete(channel);
    else this.#ofChannel.set(channel, kept);
  }

  #expire(now: number): number {
    const expired: ChannelRequest[] = [];
    let next = Number.POSITIVE_INFINITY;
    for (const request of [...this.#ofChannel.values()].flat())
      if (request.deadline <= now) expired.push(request);
      else next = Math.min(next, request.deadline);
    for (const { owner } of expired) this.#keep(owner, ({ deadline }) => deadline > now);
    for (const request of expired) request.respond(Eca.TIMEOUT);
    return next;
  }
}
