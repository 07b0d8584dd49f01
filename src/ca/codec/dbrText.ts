import type { ByteWriter } from "./byteWriter.js";

/** Bytes of `text` that fit `size`, never cutting a character in two. */
function fittingLength(text: string, size: number): number {
  const encoded = Buffer.from(text);
  if (encoded.length <= size) return encoded.length;
  let length = size;
  while (length > 0 && ((encoded[length] ?? 0) & 0xc0) === 0x80) length--;
  return length;
}

/** Writes text into a fixed field of `size` bytes at `offset`, NUL-filled, with room for at least one NUL. */
export function putFixedText(out: ByteWriter, offset: number, size: number, text: string): void {
  const bytes = out.bytes;
  let length = 0;
  const fits = text.length < size;
  if (fits) {
    for (; length < text.length; length++) {
      const code = text.charCodeAt(length);
      if (code > 0x7f) break;
      bytes[offset + length] = code;
    }
  }
  if (length < text.length) {
    length = fittingLength(text, size - 1);
    bytes.write(text, offset, length, "utf8");
  }
  bytes.fill(0, offset + length, offset + size);
}

/** Text of at most `size` bytes up to a NUL: UTF-8, or Latin-1 where it is not that (units written by older IOCs). */
export function fixedText(view: DataView, offset: number, size: number): string {
  let text = "";
  for (let index = 0; index < size; index++) {
    const code = view.getUint8(offset + index);
    if (code === 0) return text;
    if (code > 0x7f) return wideText(view, offset, size);
    text += String.fromCharCode(code);
  }
  return text;
}

function wideText(view: DataView, offset: number, size: number): string {
  const bytes = Buffer.from(view.buffer, view.byteOffset + offset, size);
  const end = bytes.indexOf(0);
  const used = end < 0 ? bytes : bytes.subarray(0, end);
  const text = used.toString("utf8");
  return text.includes("\ufffd") ? used.toString("latin1") : text;
}
