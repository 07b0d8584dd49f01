import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ByteReader } from "../../../src/pva/data/byteReader.js";
import { MessageStream } from "../../../src/pva/protocol/messageStream.js";
import {
  decodeBeacon,
  decodeSearch,
  decodeSearchResponse,
  encodeBeacon,
  encodeOriginTag,
  encodeSearch,
  encodeSearchResponse,
} from "../../../src/pva/protocol/search.js";
import { bytes } from "../support/bytes.js";

const request = {
  sequence: 0x11223344,
  mustReply: true,
  unicast: true,
  replyAddress: "192.0.2.1",
  replyPort: 5000,
  protocols: ["tcp"],
  channels: [{ id: 7, name: "a:b" }],
};

const GUID = bytes("0102030405060708090a0b0c");

test("a search has this layout", () => {
  assert.equal(
    encodeSearch(request, false).toString("hex"),
    bytes(
      'ca028003 00000029 11223344 81 000000 00000000000000000000ffffc0000201 1388 01 03 "tcp" 0001 00000007 03 "a:b"',
    ).toString("hex"),
  );
});

test("a search response has this layout", () => {
  const response = {
    guid: GUID,
    sequence: 1,
    address: "",
    port: 5075,
    protocol: "tcp",
    found: true,
    ids: [7],
  };
  assert.equal(
    encodeSearchResponse(response, false).toString("hex"),
    bytes(
      'ca02c004 0000002d 0102030405060708090a0b0c 00000001 00000000000000000000000000000000 13d3 03 "tcp" 01 0001 00000007',
    ).toString("hex"),
  );
});

test("a beacon has this layout", () => {
  const beacon = { guid: GUID, sequence: 3, changeCount: 0, address: "", port: 5075, protocol: "tcp" };
  const encoded = encodeBeacon(beacon, false);
  assert.equal(
    encoded.toString("hex"),
    bytes(
      'ca02c000 00000027 0102030405060708090a0b0c 00 03 0000 00000000000000000000000000000000 13d3 03 "tcp" ff',
    ).toString("hex"),
  );
  assert.deepEqual(decodeBeacon(new ByteReader(encoded.subarray(8), false)), {
    ...beacon,
    guid: new Uint8Array(GUID),
  });
});

test("an origin tag carries the address", () => {
  assert.equal(
    encodeOriginTag("127.0.0.1").toString("hex"),
    "ca02001610000000" + "00000000000000000000ffff7f000001",
  );
});

test("searches come back as they were, in both orders", () => {
  const channels = fc.array(fc.record({ id: fc.nat(), name: fc.string() }, { noNullPrototype: true }));
  fc.assert(
    fc.property(channels, fc.boolean(), fc.boolean(), (list, mustReply, littleEndian) => {
      const sent = { ...request, mustReply, channels: list };
      const [message] = new MessageStream("client").push(encodeSearch(sent, littleEndian));
      assert.ok(message?.kind === "application");
      assert.deepEqual(decodeSearch(new ByteReader(message.payload, message.littleEndian)), sent);
    }),
  );
});

test("responses come back as they were", () => {
  const response = {
    guid: new Uint8Array(GUID),
    sequence: 9,
    address: "192.0.2.7",
    port: 1,
    protocol: "tcp",
    found: true,
    ids: [1, 2, 3],
  };
  assert.deepEqual(
    decodeSearchResponse(new ByteReader(encodeSearchResponse(response).subarray(8))),
    response,
  );
});
