import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getDbr } from "../../../src/ca/codec/dbr.js";
import { DBR_TYPES, dbrSize } from "../../../src/ca/codec/dbrTypes.js";

const ELEMENTS = 20;
/** Payloads begin behind a header of 24 bytes, as those do that get a buffer of their own. */
const HEADER = 24;
const numeric = DBR_TYPES.filter(({ base, class: kind }) => base !== "STRING" && !kind.startsWith("ack"));

describe("an array in a buffer of its own", () => {
  for (const type of numeric)
    it(`of ${type.name} is what a copy of it would be`, () => {
      const size = dbrSize(type, ELEMENTS);
      const data = new Uint8Array(HEADER + size).map((_, index) => (index * 37) & 0x7f);
      const read = (exclusive: boolean) => {
        const view = new DataView(Uint8Array.from(data).buffer);
        const content = getDbr(view, HEADER, type, ELEMENTS, size, exclusive);
        assert.ok(content.ok);
        return content.value.value;
      };
      assert.deepEqual(read(true), read(false));
    });
});
