import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ByteWriter } from "../../../src/ca/codec/byteWriter.js";
import { hasAnswers, SearchResponder } from "../../../src/ca/server/search.js";
import { bytes, sameBytes } from "../support/bytes.js";
import { MemoryProvider, MemoryPv } from "../support/memoryProvider.js";

const VERSION = "0000 0000 0001 000d 0000002a 00000000";
const SEARCH_X = "0006 0008 0005 000d 00000007 00000007 7800000000000000";
const SEARCH_Y = "0006 0008 0005 000d 00000008 00000008 7900000000000000";
const FOUND_X = "0006 0008 13c8 0000 ffffffff 00000007 000d 000000000000";

function answer(datagram: string): Buffer {
  const out = new ByteWriter();
  const pv = new MemoryPv("DOUBLE", 1);
  new SearchResponder([new MemoryProvider({ x: pv, longnam: pv })], 5064).answer(out, bytes(datagram));
  return hasAnswers(out) ? out.detach() : Buffer.alloc(0);
}

describe("a search by datagram", () => {
  it("is answered with the sequence number, the TCP port and the version", () => {
    sameBytes(answer(VERSION + SEARCH_X), `0000 0000 0001 000d 0000002a 00000000 ${FOUND_X}`);
  });

  it("is not answered when nobody has the name", () => {
    sameBytes(answer(VERSION + SEARCH_Y), "");
  });

  it("is answered for the names that are served among several", () => {
    sameBytes(answer(VERSION + SEARCH_Y + SEARCH_X), `0000 0000 0001 000d 0000002a 00000000 ${FOUND_X}`);
  });

  it("with an empty name is passed over", () => {
    const empty = "0006 0000 0005 000d 00000001 00000001";
    sameBytes(answer(VERSION + empty + SEARCH_X), `0000 0000 0001 000d 0000002a 00000000 ${FOUND_X}`);
  });

  it("takes the last byte of a name for NUL whatever it is", () => {
    const name = Buffer.from("longnamX").toString("hex");
    sameBytes(
      answer(`${VERSION} 0006 0008 0005 000d 00000007 00000007 ${name}`),
      `0000 0000 0001 000d 0000002a 00000000 ${FOUND_X}`,
    );
  });

  it("is ignored from a client that does not say its version", () => {
    sameBytes(answer(SEARCH_X), "");
  });

  it("is ignored from a client before 4.4", () => {
    sameBytes(answer(`0000 0000 0000 0003 00000000 00000000 ${SEARCH_X}`), "");
  });

  it("ends at a message that is damaged", () => {
    sameBytes(answer(`${VERSION} 0006 0003 0005 000d 00000007 00000007 780000 ${SEARCH_X}`), "");
  });

  it("ends at a command that is not for datagrams", () => {
    sameBytes(answer(`${VERSION} 0004 0000 0005 000d 00000007 00000007 ${SEARCH_X}`), "");
  });

  it("says what makes no sense in it", () => {
    const problemOf = (datagram: string): string | undefined =>
      new SearchResponder([], 5064).answer(new ByteWriter(), bytes(datagram));
    assert.match(problemOf(`${VERSION} 0006 0003 0005 000d 00000007 00000007 780000`) ?? "", /multiple of 8/);
    assert.match(problemOf(`${VERSION} 0004 0000 0005 000d 00000007 00000007`) ?? "", /command 4/);
    assert.match(problemOf(`${VERSION} 0006 0008 0005 000d`) ?? "", /cut short/);
    assert.equal(problemOf(VERSION + SEARCH_X), undefined);
  });
});
