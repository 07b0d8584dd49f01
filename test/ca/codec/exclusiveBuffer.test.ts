import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getDbr } from "../../../src/ca/codec/dbr.js";
import { DBR_TYPES, dbrSize } from "../../../src/ca/codec/dbrTypes.js";
import type { ArrayPlace } from "../../../src/ca/codec/dbrValue.js";
import { emptyArray } from "../../../src/channel/dbf.js";

const ELEMENTS = 20;
/** Payloads begin behind a header of 24 bytes, as those do that get a buffer of their own. */
const HEADER = 24;
const numeric = DBR_TYPES.filter(({ base, class: kind }) => base !== "STRING" && !kind.startsWith("ack"));

describe("an array that stays in its buffer, or goes into one that is given,", () => {
  for (const type of numeric)
    it(`of ${type.name} is what a copy of it would be`, () => {
      const size = dbrSize(type, ELEMENTS);
      const data = new Uint8Array(HEADER + size).map((_, index) => (index * 37) & 0x7f);
      const read = (place: ArrayPlace) => {
        const view = new DataView(Uint8Array.from(data).buffer);
        const content = getDbr(view, HEADER, type, ELEMENTS, size, place);
        assert.ok(content.ok);
        return content.value.value;
      };
      const copy = read("new");
      assert.deepEqual(read("stay"), copy);
      assert.ok(ArrayBuffer.isView(copy));
      const given = emptyArray(type.base, ELEMENTS + 5);
      assert.ok(ArrayBuffer.isView(given));
      const filled = read(given);
      assert.deepEqual(filled, copy);
      assert.equal(ArrayBuffer.isView(filled) && filled.buffer, given.buffer);
    });
});
