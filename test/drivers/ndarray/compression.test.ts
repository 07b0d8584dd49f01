import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bitshuffle } from "../../../src/drivers/ndarray/bitshuffle.js";
import { type CodecName, compressed } from "../../../src/drivers/ndarray/compress.js";
import { decompressed } from "../../../src/drivers/ndarray/decompress.js";

const settings = {
  zlibLevel: 6,
  bloscCompressor: "lz4",
  bloscLevel: 5,
  bloscShuffle: 1,
  blockSize: 3000,
} as const;

/** 4100 uint16 counts, i / 100 rounded down, as the HDF5 filters of hdf5plugin 7.1 compress them; bitshuffle's without the filter's header. */
const VECTORS = {
  bslz4:
    "AAAAyxcAAQAn8P8BAAcYAA8ZAP/KDwIABgcLAgoCAA8yAP/JDwIAEgoOAg8CABEPVwASCQIAD1YAEQoCAAk/AA8CABIKQAAPAgARD1cAEgkCAA9WABEKAgAJPwAPAgASCkAADwIAEQ9XABIPAgA4D5QAEQ8CAC0PrwA4DwIABg+kAC0PAgARD30ABg8CADgIiAAPVwA4DwIAagjUAA8CAKkPRQFqDwIA/3EPvAJdD/MB/3EPAgD///////////////////////93UAAAAAAAKAAoACgAKAA=",
  lz4hdf5:
    "AAAAAAAAIAgAAAu4AAAAUR8AAQC0HwECALQfAgIAtB8DAgC0HwQCALQfBQIAtB8GAgC0HwcCALQfCAIAtB8JAgC0HwoCALQfCwIAtB8MAgC0Hw0CALQfDgIAr1AADgAOAAAAAFIvDwACALMfEAIAtB8RAgC0HxICALQfEwIAtB8UAgC0HxUCALQfFgIAtB8XAgC0HxgCALQfGQIAtB8aAgC0HxsCALQfHAIAtB8dAgCvUAAdAB0AAAAAPi8eAAIAsx8fAgC0HyACALQfIQIAtB8iAgC0HyMCALQfJAIAtB8lAgC0HyYCALQfJwIAtB8oAgCvUAAoACgA",
} as const;

const counts = Uint16Array.from({ length: 4100 }, (_, i) => Math.floor(i / 100));
const bytes = Buffer.from(counts.buffer);

for (const [codec, base64] of Object.entries(VECTORS))
  test(`${codec} reads what the HDF5 filter writes`, async () => {
    const data = Uint8Array.from(Buffer.from(base64, "base64"));
    assert.ok(bytes.equals(await decompressed({ codec, data }, bytes.length, 2)));
  });

test("bitshuffle puts the same bit of all elements together", () => {
  const shuffled = new Uint8Array(16);
  const elements = Uint16Array.of(0x0001, 0x8001, 0, 0, 0, 0, 0, 0x0100);
  bitshuffle(new Uint8Array(elements.buffer), shuffled, 2, true);
  // Bit 0 of elements 0 and 1, bit 8 of element 7, bit 15 of element 1.
  assert.deepEqual(Array.from(shuffled), [0b11, 0, 0, 0, 0, 0, 0, 0, 0b1000_0000, 0, 0, 0, 0, 0, 0, 0b10]);
});

const codecs: readonly CodecName[] = ["zlib", "blosc", "lz4", "lz4hdf5", "bslz4"];

test("what a codec compresses it gives back, of any length and size of element", async () => {
  const sizes = fc.constantFrom(1, 2, 4, 8);
  const elements = fc.oneof(fc.nat(40), fc.integer({ min: 1000, max: 9000 }));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...codecs),
      sizes,
      elements,
      fc.nat(255),
      async (codec, size, count, seed) => {
        const data = Uint8Array.from(
          { length: size * Math.max(1, count) },
          (_, i) => (i * seed * (i & 7)) >> 3,
        );
        const small = await compressed(codec, data, size, settings);
        assert.ok(Buffer.from(data).equals(await decompressed({ codec, data: small }, data.length, size)));
      },
    ),
    { numRuns: 60 },
  );
});

test("compressed data that are cut off or lie about their size are refused", async () => {
  for (const codec of codecs) {
    const small = await compressed(codec, bytes, 2, settings);
    await assert.rejects(
      decompressed({ codec, data: small.slice(0, small.length >> 1) }, bytes.length, 2),
      codec,
    );
    await assert.rejects(decompressed({ codec, data: small }, bytes.length + 32, 2), codec);
  }
});
