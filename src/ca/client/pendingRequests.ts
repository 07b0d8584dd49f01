import type { DbfType } from "../../channel/dbf.js";
import { Eca } from "../codec/eca.js";
import type { ClientCircuit } from "./clientCircuit.js";

/** What `setTimeout` can wait for. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** A channel on its circuit. */
export interface ConnectedChannel {
  readonly circuit: ClientCircuit;
  readonly sid: number;
  readonly nativeType: DbfType;
}

export interface PendingRequest {
  /** Its neighbours among the requests of its channel. */
  previous: PendingRequest | undefined;
  next: PendingRequest | undefined;
  /** On the clock of `performance.now`. */
  readonly deadline: number;
  /** Was it sent? */
  readonly started: boolean;
  start(on: ConnectedChannel): void;
  /** Ends it with an ECA status. */
  giveUp(status: number): void;
}

/**
 * The requests of a channel that are not settled. One timer serves all of them, set for the earliest deadline: there may be
 * a million requests in a second.
 */
export class PendingRequests {
  /** Its name, for messages. */
  readonly channel: string;
  #first: PendingRequest | undefined;
  #last: PendingRequest | undefined;
  #timer: NodeJS.Timeout | undefined;
  #due = Number.POSITIVE_INFINITY;

  constructor(channel: string) {
    this.channel = channel;
  }

  add(request: PendingRequest): void {
    request.previous = this.#last;
    if (this.#last === undefined) this.#first = request;
    else this.#last.next = request;
    this.#last = request;
    if (request.deadline < this.#due) this.#wakeAt(request.deadline);
  }

  delete(request: PendingRequest): void {
    const { previous, next } = request;
    if (previous !== undefined) previous.next = next;
    else if (this.#first === request) this.#first = next;
    if (next !== undefined) next.previous = previous;
    else if (this.#last === request) this.#last = previous;
    request.previous = undefined;
    request.next = undefined;
  }

  startAll(on: ConnectedChannel): void {
    for (const request of this.#all()) request.start(on);
  }

  /** What was sent will not be answered. */
  disconnected(): void {
    for (const request of this.#all()) if (request.started) request.giveUp(Eca.DISCONN);
  }

  /** The channel is closed. */
  close(): void {
    clearTimeout(this.#timer);
    for (const request of this.#all()) request.giveUp(Eca.CHANDESTROY);
  }

  #all(): readonly PendingRequest[] {
    const all: PendingRequest[] = [];
    for (let request = this.#first; request !== undefined; request = request.next) all.push(request);
    return all;
  }

  #wakeAt(deadline: number): void {
    clearTimeout(this.#timer);
    this.#due = deadline;
    const wait = Math.min(Math.ceil(deadline - performance.now()), LONGEST_WAIT_MS);
    this.#timer = setTimeout(() => this.#giveUpLate(), wait);
  }

  #giveUpLate(): void {
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    for (const request of this.#all())
      if (request.deadline <= now) request.giveUp(Eca.TIMEOUT);
      else next = Math.min(next, request.deadline);
    this.#due = next;
    if (next < Number.POSITIVE_INFINITY) this.#wakeAt(next);
  }
}
