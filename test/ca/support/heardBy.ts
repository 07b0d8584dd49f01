import type { PendingRequest } from "../../../src/ca/client/pendingRequests.js";

/** A request that waits for ever, and whose end is heard by a function. */
export const heardBy = (
  respond: PendingRequest["respond"],
  rest: Partial<Omit<PendingRequest, "respond">> = {},
): PendingRequest => ({ owner: {}, deadline: Number.POSITIVE_INFINITY, ...rest, respond });
