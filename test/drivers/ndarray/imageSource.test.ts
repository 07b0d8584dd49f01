import assert from "node:assert/strict";
import { test } from "node:test";
import { firstValueFrom, map, take, timeout, toArray } from "rxjs";
import { ImageStreams } from "../../../src/drivers/ndarray/arrayPorts.js";
import { images$ } from "../../../src/drivers/ndarray/imageSource.js";
import { NTNDARRAY_TYPE, ntNdArrayValue, SharedPV, SharedPvProvider } from "../../../src/pva/index.js";

const NAME = "cam:Pva1:Image";
const WIDTH = 24;
const HEIGHT = 16;

/** 24 x 16 uint16 counts, i / 100 rounded down, as Python's zlib, lz4.block and blosc compress them. */
const compressed = {
  zlib: "eJxjYBgegHGYQKZhApmHCAQA4BcCKQ==",
  lz4: "HwABALQfAQIAtB8CAgC0HwMCAI9QAAMAAwA=",
  blosc: "AgEhAgADAAAAAwAAQgAAABQAAAAaAAAAHwABAFAfAQEAUB8CAQBQHwMBADtQAwMDAwMMAAAAHwABAP9oUAAAAAAA",
  "blosc with zstd": "AgGUAgADAAAAAwAAOQAAABQAAAAhAAAAKLUv/WAAAr0AADAA8P8A/wAGAJxAJUA5F2Se1YKIMWAD",
} as const;

const counts = Uint16Array.from({ length: WIDTH * HEIGHT }, (_, i) => Math.floor(i / 100));

interface Sent {
  readonly name: string;
  readonly data: Uint8Array;
  readonly uniqueId: number;
  readonly width?: number;
}

const post = (pv: SharedPV, { name, data, uniqueId, width = WIDTH }: Sent): void =>
  pv.post(
    ntNdArrayValue({
      ...{ data, uniqueId, dimensions: [{ size: width }, { size: HEIGHT }] },
      codec: { name, elementType: "ushort", uncompressedSize: counts.byteLength },
    }),
  );

/** The images that come of what is posted, `count` of them. */
async function received(count: number, send: (pv: SharedPV) => void) {
  const published = new SharedPvProvider();
  const pv = new SharedPV(NTNDARRAY_TYPE);
  published.add(NAME, pv);
  const frames = firstValueFrom(
    images$(NAME, new ImageStreams(), published, undefined).pipe(
      map(({ uniqueId, dataType, data }) => ({ uniqueId, dataType, data: Array.from(data, Number) })),
      take(count),
      toArray(),
      timeout(30_000),
    ),
  );
  send(pv);
  return frames;
}

for (const [what, text] of Object.entries(compressed))
  test(`images compressed by ${what} are taken as they were before`, async () => {
    const data = Uint8Array.from(Buffer.from(text, "base64"));
    const name = what.split(" ")[0] ?? what;
    const [image] = await received(1, (pv) => post(pv, { name, data, uniqueId: 7 }));
    assert.deepEqual(image, { uniqueId: 7, dataType: "UInt16", data: Array.from(counts) });
  });

test("images keep their order, compressed or not", async () => {
  const data = Uint8Array.from(Buffer.from(compressed.blosc, "base64"));
  const images = await received(3, (pv) => {
    post(pv, { name: "blosc", data, uniqueId: 1 });
    const dimensions = [{ size: WIDTH }, { size: HEIGHT }];
    pv.post(ntNdArrayValue({ data: counts, dimensions, uniqueId: 2 }));
    post(pv, { name: "blosc", data, uniqueId: 3 });
  });
  assert.deepEqual(
    images.map(({ uniqueId }) => uniqueId),
    [1, 2, 3],
  );
});

test("what cannot be decompressed is left out, and what follows is taken", async () => {
  const sound = Uint8Array.from(Buffer.from(compressed.lz4, "base64"));
  const [image] = await received(1, (pv) => {
    post(pv, { name: "jpeg", data: sound, uniqueId: 1 });
    for (const [i, name] of ["zlib", "lz4", "blosc"].entries())
      post(pv, { name, data: Uint8Array.of(1, 2, 3, 250, 250), uniqueId: 2 + i });
    post(pv, { name: "lz4", data: sound, uniqueId: 5, width: 3 * WIDTH });
    post(pv, { name: "lz4", data: sound, uniqueId: 6 });
  });
  assert.equal(image?.uniqueId, 6);
});
