import assert from "node:assert/strict";
import { test } from "node:test";
import { NTNDARRAY_TYPE, ntNdArrayValue, readNtNdArray } from "../../../src/pva/nt/ntNdArray.js";
import { SharedPV } from "../../../src/pva/server/sharedPv.js";

test("the fields stand in areaDetector's order", () => {
  assert.deepEqual(
    NTNDARRAY_TYPE.fields.map((field) => field.name),
    [
      "value",
      "codec",
      "compressedSize",
      "uncompressedSize",
      "dimension",
      "uniqueId",
      "dataTimeStamp",
      "attribute",
      "descriptor",
      "alarm",
      "timeStamp",
      "display",
    ],
  );
});

test("a frame comes back from its NTNDArray as it went in", () => {
  const data = Uint16Array.of(1, 2, 3, 4, 5, 6);
  const pv = new SharedPV(NTNDARRAY_TYPE);
  pv.post(
    ntNdArrayValue({
      data,
      dimensions: [{ size: 3 }, { size: 2 }],
      uniqueId: 42,
      dataTimeStamp: 1000.5,
      timeStamp: { seconds: 1001, nanoseconds: 7 },
      attributes: [
        {
          name: "Theta",
          description: "",
          sourceType: "Driver",
          source: "",
          type: "Float64",
          value: 12.5,
        },
      ],
    }),
  );
  assert.deepEqual(readNtNdArray(pv.value), {
    data,
    uniqueId: 42,
    sizes: [3, 2],
    dataTimeStamp: { seconds: 1000, nanoseconds: 500_000_000 },
    timeStamp: { seconds: 1001, nanoseconds: 7 },
    attributes: new Map([["Theta", 12.5]]),
    codec: "",
    elementType: "ushort",
  });
});

test("a compressed image tells what its elements were before", () => {
  const pv = new SharedPV(NTNDARRAY_TYPE);
  const codec = { name: "lz4", elementType: "float", uncompressedSize: 400 } as const;
  pv.post(ntNdArrayValue({ data: new Uint8Array(9), dimensions: [{ size: 100 }], uniqueId: 1, codec }));
  const image = readNtNdArray(pv.value);
  assert.deepEqual([image?.codec, image?.elementType], ["lz4", "float"]);
});

test("times on the wire count from 1970", () => {
  const pv = new SharedPV(NTNDARRAY_TYPE);
  pv.post(
    ntNdArrayValue({
      data: new Uint8Array(1),
      dimensions: [{ size: 1 }],
      uniqueId: 1,
      timeStamp: { seconds: 0, nanoseconds: 0 },
    }),
  );
  const { timeStamp } = pv.value;
  assert.deepEqual(timeStamp, { secondsPastEpoch: 631_152_000n, nanoseconds: 0, userTag: 0 });
});

test("an NTNDArray that never had a frame has no image", () => {
  assert.equal(readNtNdArray(new SharedPV(NTNDARRAY_TYPE).value), undefined);
});
