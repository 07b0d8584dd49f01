import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { CA_MINOR_VERSION, Command } from "../../../src/ca/codec/commands.js";
import { beginMessage, putMessage, putText } from "../../../src/ca/codec/message.js";
import { written } from "./bytes.js";

/** VERSION, ACCESS_RIGHTS and the response to CREATE_CHAN, which ends with the server's id of the channel. */
const GREETING_SIZE = 48;
const EVENT_ADD_PAYLOAD = 16;
const MASK_OFFSET = 12;

export interface RawChannel {
  readonly socket: Socket;
  readonly sid: number;
}

/** A connection of its own with a channel of fewer than 65 535 elements, for tests that write bytes themselves. */
export async function openRawChannel(port: number, name: string): Promise<RawChannel> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(
    written((out) => {
      putMessage(out, Command.VERSION, 0, CA_MINOR_VERSION, 0, 0);
      putText(out, Command.CREATE_CHAN, name, 0, 0, 7, CA_MINOR_VERSION);
    }),
  );
  let greeting = Buffer.alloc(0);
  while (greeting.length < GREETING_SIZE) {
    const [chunk]: Buffer[] = await once(socket, "data");
    greeting = Buffer.concat([greeting, chunk ?? Buffer.alloc(0)]);
  }
  return { socket, sid: greeting.readUInt32BE(GREETING_SIZE - 4) };
}

/** The request of a subscription to values and alarms. */
export const eventAdd = (sid: number, dataType: number, count: number): Buffer =>
  written((out) => {
    const payload = beginMessage(out, Command.EVENT_ADD, EVENT_ADD_PAYLOAD, dataType, count, sid, 5);
    out.bytes.fill(0, payload, payload + EVENT_ADD_PAYLOAD);
    out.view.setUint16(payload + MASK_OFFSET, 5);
  });
