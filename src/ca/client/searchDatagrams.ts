import { ByteWriter } from "../codec/byteWriter.js";
import { CA_MINOR_VERSION, Command, MAXIMUM_DATAGRAM_SIZE, SearchReply } from "../codec/commands.js";
import { alignPayload, HEADER_SIZE, putMessage, putText } from "../codec/message.js";
import type { SearchedChannel } from "./searchSchedule.js";

const SEQUENCE_NUMBER_IS_VALID = 1;
/** Where each datagram is written before it is copied out. */
const out = new ByteWriter();

/** Packs searches into datagrams, each headed by VERSION with `sequenceNumber`. */
export function searchDatagrams(
  channels: readonly SearchedChannel[],
  sequenceNumber: number,
): readonly Buffer[] {
  const datagrams: Buffer[] = [];
  const start = (): void => {
    out.clear();
    putMessage(out, Command.VERSION, SEQUENCE_NUMBER_IS_VALID, CA_MINOR_VERSION, sequenceNumber, 0);
  };
  start();
  for (const { cid, name } of channels) {
    const size = HEADER_SIZE + alignPayload(Buffer.byteLength(name) + 1);
    if (out.length + size > MAXIMUM_DATAGRAM_SIZE && out.length > HEADER_SIZE) {
      datagrams.push(Buffer.from(out.written));
      start();
    }
    putText(out, Command.SEARCH, name, SearchReply.DONT_REPLY, CA_MINOR_VERSION, cid, cid);
  }
  if (out.length > HEADER_SIZE) datagrams.push(Buffer.from(out.written));
  return datagrams;
}
