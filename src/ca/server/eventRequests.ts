import { Command } from "../codec/commands.js";
import { dbrType } from "../codec/dbrTypes.js";
import { Eca } from "../codec/eca.js";
import { type CaHeader, type CaMessage, putMessage } from "../codec/message.js";
import type { CircuitContext } from "./circuitContext.js";
import { findChannel } from "./requestChannel.js";
import { Subscription } from "./subscription.js";

/** Where the mask stands in the payload of EVENT_ADD, after three floats nobody uses. */
const MASK_OFFSET = 12;
/** Masks above, and 0, are no events that there are: RSRV has no memory for them, and hangs up. */
const LARGEST_MASK = 0xff;

const headerOf = ({ command, payloadSize, dataType, count, cid, available }: CaMessage): CaHeader => ({
  command,
  payloadSize,
  dataType,
  count,
  cid,
  available,
});

export function eventAdd(circuit: CircuitContext, request: CaMessage): void {
  const type = dbrType(request.dataType);
  if (type === undefined) {
    circuit.close(`EVENT_ADD of DBR type ${request.dataType}`);
    return;
  }
  const target = findChannel(circuit, request);
  if (target === undefined) return;
  const { view, offset, payloadSize, available } = request;
  const mask = payloadSize >= MASK_OFFSET + 2 ? view.getUint16(offset + MASK_OFFSET) : 0;
  if (mask === 0 || mask > LARGEST_MASK) {
    circuit.sendError(request, Eca.ALLOCMEM, target.recordName);
    circuit.close(`EVENT_ADD with mask ${mask}`);
    return;
  }
  target.subscriptions.get(available)?.close();
  const subscription = new Subscription(circuit, target.channel, type, headerOf(request), mask);
  target.subscriptions.set(available, subscription);
  subscription.sendFirst();
}

/** The confirmation is an EVENT_ADD without payload. */
export function eventCancel(circuit: CircuitContext, request: CaMessage): void {
  const target = findChannel(circuit, request);
  if (target === undefined) return;
  const subscription = target.subscriptions.get(request.available);
  if (subscription === undefined) {
    circuit.sendError(request, Eca.BADMONID, target.recordName);
    circuit.close(`EVENT_CANCEL of unknown subscription ${request.available}`);
    return;
  }
  subscription.close();
  target.subscriptions.delete(request.available);
  const { dataType, count, cid, available } = subscription.request;
  putMessage(circuit.out, Command.EVENT_ADD, dataType, count, cid, available);
}
