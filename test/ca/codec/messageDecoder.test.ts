import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { beginMessage, putMessage } from "../../../src/ca/codec/message.js";
import { MessageDecoder } from "../../../src/ca/codec/messageDecoder.js";
import { bytes, written } from "../support/bytes.js";

interface Parsed {
  readonly command: number;
  readonly count: number;
  readonly payload: string;
}

function feed(decoder: MessageDecoder, chunk: Uint8Array): Parsed[] {
  const found: Parsed[] = [];
  decoder.push(chunk);
  while (decoder.next() === "message") {
    const { command, count, view, offset, payloadSize } = decoder.message;
    const payload = Buffer.from(view.buffer, view.byteOffset + offset, payloadSize).toString("hex");
    found.push({ command, count, payload });
  }
  return found;
}

const stream = (payloads: readonly Uint8Array[]): Buffer =>
  written((out) => {
    for (const payload of payloads) {
      const start = beginMessage(out, 1, payload.length, 4, payload.length, 1, 2);
      out.bytes.set(payload, start);
    }
  });

describe("the message decoder", () => {
  it("finds the same messages however the input is cut", () => {
    const anyPayload = fc.uint8Array({ minLength: 0, maxLength: 40 }).map((data) => data);
    fc.assert(
      fc.property(
        fc.array(anyPayload, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
        (payloads, cuts) => {
          const whole = stream(payloads);
          const expected = feed(new MessageDecoder(), whole);
          assert.equal(expected.length, payloads.length);
          const decoder = new MessageDecoder();
          const found: Parsed[] = [];
          for (let start = 0, turn = 0; start < whole.length; turn++) {
            const size = cuts[turn % cuts.length] ?? 1;
            found.push(...feed(decoder, Buffer.from(whole.subarray(start, start + size))));
            start += size;
          }
          assert.deepEqual(found, expected);
        },
      ),
    );
  });

  it("keeps the unfinished rest when the input buffer is used again", () => {
    const whole = stream([Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)]);
    const decoder = new MessageDecoder();
    const reused = Buffer.from(whole.subarray(0, 30));
    assert.equal(feed(decoder, reused).length, 1);
    reused.fill(0xee);
    assert.equal(feed(decoder, whole.subarray(30))[0]?.payload, "0405060000000000");
  });

  it("reads payloads of 64 kB and more by the extended header", () => {
    const payload = new Uint8Array(70_000).fill(7);
    const [message] = feed(new MessageDecoder(), stream([payload]));
    assert.equal(message?.count, 70_000);
    assert.equal(message?.payload.length, 140_000);
  });

  it("leaves the buffer of a large payload that came in parts to its message", () => {
    const whole = stream([new Uint8Array(200_000).fill(7), Uint8Array.of(1)]);
    const decoder = new MessageDecoder();
    decoder.push(whole.subarray(0, 70_000));
    assert.equal(decoder.next(), "incomplete");
    decoder.push(whole.subarray(70_000));
    assert.equal(decoder.next(), "message");
    const { isExclusive, view, offset, payloadSize } = decoder.message;
    assert.equal(isExclusive, true);
    const payload = new Uint8Array(view.buffer, view.byteOffset + offset, payloadSize);
    assert.equal(decoder.next(), "message");
    assert.equal(decoder.message.isExclusive, false);
    feed(decoder, whole.subarray(0, 100_000));
    assert.ok(payload.every((byte) => byte === 7));
  });

  it("says where the rest of a large payload belongs, and takes what was read there", () => {
    const payload = Uint8Array.from({ length: 3_000_000 }, (_, index) => index % 251);
    const whole = stream([payload, Uint8Array.of(1)]);
    const decoder = new MessageDecoder();
    let position = 1000;
    decoder.push(whole.subarray(0, position));
    assert.equal(decoder.next(), "incomplete");
    for (let room = decoder.room; room !== undefined; room = decoder.room) {
      const part = whole.subarray(position, position + Math.min(room.length, 300_000));
      room.set(part);
      decoder.arrived(part.length);
      position += part.length;
      if (decoder.next() === "message") break;
    }
    decoder.push(whole.subarray(position));
    const { view, offset } = decoder.message;
    assert.deepEqual(new Uint8Array(view.buffer, view.byteOffset + offset, payload.length), payload);
    assert.equal(decoder.message.isExclusive, true);
    assert.equal(decoder.next(), "message");
    assert.equal(decoder.message.count, 1);
    assert.equal(decoder.room, undefined);
  });

  it("goes on after a message that took a part of the input to be whole", () => {
    const whole = stream([Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6), Uint8Array.of(7)]);
    const decoder = new MessageDecoder();
    assert.deepEqual(feed(decoder, whole.subarray(0, 20)), []);
    assert.deepEqual(
      feed(decoder, whole.subarray(20)).map(({ payload }) => payload),
      ["0102030000000000", "0405060000000000", "0700000000000000"],
    );
    assert.equal(decoder.pending, 0);
  });

  it("waits for the rest of an extended header", () => {
    const decoder = new MessageDecoder();
    assert.deepEqual(feed(decoder, bytes("0004 ffff 0006 0000 00000001 00000002 0000")), []);
    assert.equal(feed(decoder, bytes("0008 00000001 3ff0000000000000"))[0]?.payload, "3ff0000000000000");
  });

  it("takes 0xffff for a size when the peer is older than 4.9", () => {
    const decoder = new MessageDecoder();
    decoder.minorVersion = 8;
    decoder.push(bytes("0004 ffff 0006 0000 00000001 00000002 0000000800000001"));
    assert.equal(decoder.next(), "misaligned");
  });

  it("refuses a size that is no multiple of 8", () => {
    const decoder = new MessageDecoder();
    decoder.push(bytes("0004 0007 0006 0001 00000001 00000002"));
    assert.equal(decoder.next(), "misaligned");
  });

  it("skips the body of a message above the limit and goes on after it", () => {
    const decoder = new MessageDecoder(64);
    const large = stream([new Uint8Array(1000)]);
    decoder.push(large.subarray(0, 500));
    assert.equal(decoder.next(), "tooLarge");
    assert.equal(decoder.next(), "incomplete");
    decoder.push(large.subarray(500, 900));
    assert.equal(decoder.next(), "incomplete");
    const rest = Buffer.concat([large.subarray(900), written((out) => putMessage(out, 23, 0, 0, 0, 0))]);
    assert.deepEqual(feed(decoder, rest), [{ command: 23, count: 0, payload: "" }]);
  });

  it("takes no memory for a payload that is only announced", () => {
    const before = process.memoryUsage().arrayBuffers;
    const decoder = new MessageDecoder();
    decoder.push(bytes("0004 ffff 0006 0000 00000001 00000002 7ffffff8 0fffffff 0000000000000000"));
    assert.equal(decoder.next(), "incomplete");
    assert.ok(process.memoryUsage().arrayBuffers - before < 1_000_000);
  });
});
