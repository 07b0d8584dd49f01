import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { DecodeError } from "../../../src/pva/data/byteReader.js";
import { MessageStream, type PvaMessage } from "../../../src/pva/protocol/messageStream.js";
import { bytes } from "../support/bytes.js";

const ECHO = "ca 02 00 02 03000000 010203";

const messages = (stream: MessageStream, text: string): PvaMessage[] => [...stream.push(bytes(text))];

const payloads = (list: readonly PvaMessage[]): string[] =>
  list.map((message) =>
    message.kind === "application" ? Buffer.from(message.payload).toString("hex") : message.kind,
  );

describe("a message stream", () => {
  test("yields a message with its byte order", () => {
    assert.deepEqual(messages(new MessageStream("client"), "ca 02 80 02 00000001 07"), [
      { kind: "application", command: 2, littleEndian: false, payload: bytes("07") },
    ]);
  });

  test("yields a control message without a payload", () => {
    assert.deepEqual(messages(new MessageStream("server"), "ca 02 41 02 00000000"), [
      { kind: "control", command: 2, littleEndian: true, data: 0 },
    ]);
  });

  test("gives the same messages however the bytes are cut", () => {
    const whole = bytes(`${ECHO} ca020002 00000000 ${ECHO}`);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(whole.length), { maxLength: 6 }), (cuts) => {
        const stream = new MessageStream("client");
        const edges = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
        const seen = edges
          .slice(1)
          .flatMap((end, index) => [...stream.push(whole.subarray(edges[index], end))]);
        assert.deepEqual(payloads(seen), ["010203", "", "010203"]);
      }),
    );
  });

  test("joins the segments of a message", () => {
    const stream = new MessageStream("client");
    const seen = messages(stream, "ca021002 02000000 0102 ca023002 01000000 03 ca022002 02000000 0405");
    assert.deepEqual(payloads(seen), ["0102030405"]);
  });

  test("takes no longer for the last of many segments than for the first", () => {
    const stream = new MessageStream("client", 1000);
    const middle = Buffer.alloc(8 * 200_000, bytes("ca023002 00000000"));
    const seen = messages(stream, "ca021002 01000000 07");
    for (const chunk of [middle, bytes("ca022002 01000000 08")]) seen.push(...stream.push(chunk));
    assert.deepEqual(payloads(seen), ["0708"]);
  });

  test("counts a message as unfinished until its last segment", () => {
    const stream = new MessageStream("client");
    messages(stream, "ca021002 00000000");
    assert.equal(stream.isUnfinished, true);
  });

  const refused: readonly [string, string][] = [
    ["a wrong magic number", "cb 02 00 02 00000000"],
    ["the other side's messages", "ca 02 40 02 00000000"],
    ["a middle segment without a first", "ca 02 30 02 00000000"],
    ["a segment of another message in between", "ca021002 00000000 ca023003 00000000"],
    ["a whole message between segments", "ca021002 00000000 ca020002 00000000"],
  ];
  for (const [what, text] of refused)
    test(`refuses ${what}`, () =>
      assert.throws(() => messages(new MessageStream("client"), text), DecodeError));

  test("refuses a message above its limit from its header alone", () => {
    assert.throws(() => messages(new MessageStream("client", 1000), "ca 02 00 02 ffffff7f"), DecodeError);
  });
});
