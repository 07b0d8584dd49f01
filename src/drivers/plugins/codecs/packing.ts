import { errorMessage } from "../../../libcom/errorMessage.js";
import { failed, ok, type Result } from "../../../libcom/result.js";
import { type CodecName, type CompressionSettings, compressed } from "../../ndarray/compress.js";
import { decompressed } from "../../ndarray/decompress.js";
import { bytesOf, type NDData } from "../../ndarray/ndArray.js";
import { decodeJpeg, encodeJpeg, type JpegRequest } from "./jpeg.js";

export interface PackRequest {
  readonly data: NDData;
  readonly elementBytes: number;
  /** A codec of any array, or an image for JPEG. */
  readonly by:
    | { readonly codec: CodecName; readonly settings: CompressionSettings }
    | { readonly image: JpegRequest };
  readonly to: Uint8Array;
}

export interface UnpackRequest {
  readonly codec: string;
  readonly bytes: Uint8Array;
  readonly elementBytes: number;
  /** Of a JPEG image, 1 or 3. */
  readonly colors: number;
  readonly to: NDData;
}

/** Writes a frame's bytes compressed; how many they are, or why they cannot be. */
export async function packFrame({ data, elementBytes, by, to }: PackRequest): Promise<Result<number>> {
  try {
    const bytes =
      "image" in by
        ? await encodeJpeg(by.image)
        : await compressed(by.codec, bytesOf(data), elementBytes, by.settings);
    if (bytes.length > to.length) return failed(`${bytes.length} bytes do not fit into ${to.length}`);
    to.set(bytes);
    return ok(bytes.length);
  } catch (error) {
    return failed(errorMessage(error));
  }
}

/** Writes a compressed frame's pixels; how many bytes they are, or why they cannot be. */
export async function unpackFrame(request: UnpackRequest): Promise<Result<number>> {
  const { codec, bytes, elementBytes, to } = request;
  try {
    const out = bytesOf(to);
    if (codec === "jpeg") await unpackJpeg(request, out);
    else out.set(await decompressed({ codec, data: bytes }, out.length, elementBytes));
    return ok(out.length);
  } catch (error) {
    return failed(errorMessage(error));
  }
}

async function unpackJpeg({ bytes, colors }: UnpackRequest, out: Uint8Array): Promise<void> {
  const { pixels } = await decodeJpeg(bytes);
  if ((pixels.length / 4) * colors !== out.length) throw new Error("the image is of another size");
  for (let pixel = 0, at = 0; at < out.length; pixel += 4)
    for (let color = 0; color < colors; color++, at++) out[at] = pixels[pixel + color] ?? 0;
}
