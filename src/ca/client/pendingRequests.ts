import { Eca } from "../codec/eca.js";
import type { CaMessage } from "../codec/message.js";
import { DeadlineTimer } from "./deadlineTimer.js";
import { RequestTable } from "./requestTable.js";

/** What was asked of a server. */
export interface PendingRequest {
  /** The channel that asks. */
  readonly owner: object;
  /** On the clock of `performance.now`. */
  readonly deadline: number;
  /** Hears once how it ended: a status, and the answer with its payload where there is one. */
  respond(status: number, answer?: CaMessage): void;
}

/** The requests of a circuit that are not answered yet. They end by their answer, at their deadline, or with what they are part of. */
export class PendingRequests {
  readonly #table = new RequestTable<PendingRequest>();
  readonly #timer = new DeadlineTimer((now) => this.#expire(now));

  /** Returns the number that the answer will carry. */
  add(request: PendingRequest): number {
    this.#timer.expect(request.deadline);
    return this.#table.add(request);
  }

  /** The answer to a request came. One that nobody waits for any more is nobody's matter. */
  finish(id: number, status: number, answer?: CaMessage): void {
    this.#table.take(id)?.respond(status, answer);
  }

  /** A channel's requests will not be answered. */
  endOf(owner: object, status: number): void {
    this.#end((request) => request.owner === owner, status);
  }

  /** None will be answered. */
  endAll(status: number): void {
    this.#timer.stop();
    this.#end(() => true, status);
  }

  #expire(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    this.#end(({ deadline }) => {
      if (deadline <= now) return true;
      next = Math.min(next, deadline);
      return false;
    }, Eca.TIMEOUT);
    return next;
  }

  #end(isMeant: (request: PendingRequest) => boolean, status: number): void {
    for (const request of this.#table.takeWhere(isMeant)) request.respond(status);
  }
}
