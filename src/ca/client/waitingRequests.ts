import { Eca } from "../codec/eca.js";
import type { ChannelRequest } from "./channelRequest.js";
import { DeadlineTimer } from "./deadlineTimer.js";

/** The requests of a channel that wait for its connection, in their order, until their deadlines. */
export class WaitingRequests {
  readonly #requests = new Set<ChannelRequest>();
  readonly #timer = new DeadlineTimer((now) => this.#expire(now));

  add(request: ChannelRequest): void {
    this.#requests.add(request);
    this.#timer.expect(request.deadline);
  }

  delete(request: ChannelRequest): void {
    this.#requests.delete(request);
  }

  /** They wait no more: the channel is connected, or closed. */
  takeAll(): readonly ChannelRequest[] {
    this.#timer.stop();
    const all = [...this.#requests];
    this.#requests.clear();
    return all;
  }

  #expire(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const request of this.#requests)
      if (request.deadline > now) next = Math.min(next, request.deadline);
      else {
        this.#requests.delete(request);
        request.respond(Eca.TIMEOUT);
      }
    return next;
  }
}
