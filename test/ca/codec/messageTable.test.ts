import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageDecoder } from "../../../src/ca/codec/messageDecoder.js";
import { bytes, sameBytes, written } from "../support/bytes.js";
import {
  circuitRequestLayouts,
  circuitResponseLayouts,
  datagramLayouts,
  describeMessage,
  type MessageTable,
  type NamedMessage,
  putNamedMessage,
  searchAnswerLayouts,
} from "../support/messageTable.js";

interface Vector {
  readonly table: MessageTable;
  readonly message: NamedMessage;
  readonly hexadecimal: string;
}

const request = (message: NamedMessage, hexadecimal: string): Vector => ({
  table: circuitRequestLayouts,
  message,
  hexadecimal,
});
const response = (message: NamedMessage, hexadecimal: string): Vector => ({
  table: circuitResponseLayouts,
  message,
  hexadecimal,
});
const datagram = (message: NamedMessage, hexadecimal: string): Vector => ({
  table: datagramLayouts,
  message,
  hexadecimal,
});

// Messages of header and text, as the Channel Access protocol specification lays them out.
const vectors: readonly Vector[] = [
  request(
    { command: "VERSION", fields: { priority: 10, minorVersion: 13 } },
    "0000 0000 000a 000d 00000000 00000000",
  ),
  request(
    { command: "CLIENT_NAME", fields: {}, text: "me" },
    "0014 0008 0000 0000 00000000 00000000 6d65000000000000",
  ),
  request(
    { command: "HOST_NAME", fields: {}, text: "beamline" },
    "0015 0010 0000 0000 00000000 00000000 6265616d6c696e65 0000000000000000",
  ),
  request(
    { command: "SEARCH", fields: { reply: 10, minorVersion: 13, cid: 7, cidAgain: 7 }, text: "x" },
    "0006 0008 000a 000d 00000007 00000007 7800000000000000",
  ),
  request(
    { command: "CREATE_CHAN", fields: { cid: 7, minorVersion: 13 }, text: "x" },
    "0012 0008 0000 0000 00000007 0000000d 7800000000000000",
  ),
  request({ command: "CLEAR_CHANNEL", fields: { sid: 3, cid: 7 } }, "000c 0000 0000 0000 00000003 00000007"),
  request(
    { command: "READ", fields: { type: 6, count: 1, sid: 3, ioid: 9 } },
    "0003 0000 0006 0001 00000003 00000009",
  ),
  request(
    { command: "READ_NOTIFY", fields: { type: 20, count: 0, sid: 3, ioid: 9 } },
    "000f 0000 0014 0000 00000003 00000009",
  ),
  request({ command: "READ_SYNC", fields: {} }, "000a 0000 0000 0000 00000000 00000000"),
  request(
    { command: "EVENT_CANCEL", fields: { type: 20, count: 1, sid: 3, subscription: 5 } },
    "0002 0000 0014 0001 00000003 00000005",
  ),
  request({ command: "EVENTS_OFF", fields: {} }, "0008 0000 0000 0000 00000000 00000000"),
  request({ command: "EVENTS_ON", fields: {} }, "0009 0000 0000 0000 00000000 00000000"),
  response(
    { command: "VERSION", fields: { priority: 0, minorVersion: 13 } },
    "0000 0000 0000 000d 00000000 00000000",
  ),
  response(
    { command: "SEARCH", fields: { port: 5064, address: 0xffffffff, cid: 7 } },
    "0006 0000 13c8 0000 ffffffff 00000007",
  ),
  response(
    { command: "NOT_FOUND", fields: { reply: 10, minorVersion: 13, cid: 7, cidAgain: 7 } },
    "000e 0000 000a 000d 00000007 00000007",
  ),
  response(
    { command: "ACCESS_RIGHTS", fields: { cid: 7, rights: 3 } },
    "0016 0000 0000 0000 00000007 00000003",
  ),
  response(
    { command: "CREATE_CHAN", fields: { type: 6, count: 1, cid: 7, sid: 3 } },
    "0012 0000 0006 0001 00000007 00000003",
  ),
  response({ command: "CREATE_CH_FAIL", fields: { cid: 7 } }, "001a 0000 0000 0000 00000007 00000000"),
  response({ command: "SERVER_DISCONN", fields: { cid: 7 } }, "001b 0000 0000 0000 00000007 00000000"),
  response({ command: "CLEAR_CHANNEL", fields: { sid: 3, cid: 7 } }, "000c 0000 0000 0000 00000003 00000007"),
  response(
    { command: "WRITE_NOTIFY", fields: { type: 6, count: 1, status: 1, ioid: 9 } },
    "0013 0000 0006 0001 00000001 00000009",
  ),
  response({ command: "READ_SYNC", fields: {} }, "000a 0000 0000 0000 00000000 00000000"),
  datagram(
    { command: "VERSION", fields: { sequenceIsValid: 1, minorVersion: 13, sequence: 42 } },
    "0000 0000 0001 000d 0000002a 00000000",
  ),
  datagram(
    { command: "SEARCH", fields: { reply: 5, minorVersion: 13, cid: 7, cidAgain: 7 }, text: "x" },
    "0006 0008 0005 000d 00000007 00000007 7800000000000000",
  ),
  datagram(
    { command: "RSRV_IS_UP", fields: { minorVersion: 13, port: 5064, beaconId: 2, address: 0 } },
    "000d 0000 000d 13c8 00000002 00000000",
  ),
  datagram(
    { command: "REPEATER_REGISTER", fields: { address: 0x7f000001 } },
    "0018 0000 0000 0000 00000000 7f000001",
  ),
  datagram(
    { command: "REPEATER_CONFIRM", fields: { address: 0x7f000001 } },
    "0011 0000 0000 0000 00000000 7f000001",
  ),
  {
    table: searchAnswerLayouts,
    message: { command: "VERSION", fields: { sequenceIsValid: 1, minorVersion: 13, sequence: 42 } },
    hexadecimal: "0000 0000 0001 000d 0000002a 00000000",
  },
];

describe("messages of header and text", () => {
  for (const { table, message, hexadecimal } of vectors) {
    const what = `${message.command} ${JSON.stringify(message.fields)}`;

    it(`writes ${what}`, () => {
      sameBytes(
        written((out) => putNamedMessage(out, table, message)),
        hexadecimal,
      );
    });

    it(`reads ${what}`, () => {
      const decoder = new MessageDecoder();
      decoder.push(bytes(hexadecimal));
      assert.equal(decoder.next(), "message");
      assert.deepEqual(describeMessage(table, decoder.message), message);
    });
  }
});
