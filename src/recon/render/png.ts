import { crc32, deflateSync } from "node:zlib";
import { type DisplayRange, displayRange, relativeTo } from "./range.js";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const BIT_DEPTH = 8;
const GRAYSCALE = 0;
const NO_ROW_FILTER = 0;

/** An 8-bit grayscale PNG of a row-major slice, black at `range.low` and white at `range.high`. */
export function sliceToPng(
  slice: Float32Array,
  width: number,
  height: number,
  range: DisplayRange = displayRange(slice),
): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = BIT_DEPTH;
  header[9] = GRAYSCALE;
  const rows = Buffer.alloc((width + 1) * height, NO_ROW_FILTER);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      rows[y * (width + 1) + 1 + x] = Math.round(255 * relativeTo(range, slice[y * width + x] ?? 0));
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
