import { errorMessage } from "../../libcom/errorMessage.js";
import { makeParameters, type ParametersOf } from "../asyn/defineDriver.js";
import { float64, int32, octet } from "../asyn/driverParameter.js";
import type { CompressionSettings } from "../ndarray/compress.js";
import { imageGrid, NDColorMode } from "../ndarray/imageLayout.js";
import {
  bytesPerElement,
  compressedFrame,
  infoOf,
  type NDArray,
  type NDArrayInfo,
  type NDCodec,
  ndCodec,
  wholeAxis,
} from "../ndarray/ndArray.js";
import { jpegRequest } from "./codecs/jpeg.js";
import type { PackRequest } from "./codecs/packing.js";
import { withColorMode } from "./colorConversion.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";
import { finallyDo } from "./tasks/orderedTasks.js";

const codecParameters = {
  MODE: int32(),
  COMPRESSOR: int32(0),
  COMP_FACTOR: float64(1),
  CODEC_STATUS: int32(0),
  CODEC_ERROR: octet(""),
  JPEG_QUALITY: int32(85),
  ZLIB_CLEVEL: int32(6),
  BLOSC_COMPRESSOR: int32(0),
  BLOSC_CLEVEL: int32(5),
  BLOSC_SHUFFLE: int32(),
  BLOSC_NUMTHREADS: int32(1),
  LZ4HDF5_BLOCKSIZE: int32(0),
} as const;

type CodecParameters = ParametersOf<typeof codecParameters>;

/** By the value of Compressor; the names that travel with frames. */
const CODECS = ["", "jpeg", "zlib", "blosc", "lz4", "lz4hdf5", "bslz4"] as const;
type Codec = (typeof CODECS)[number];

/** By the value of BloscCompressor. */
const BLOSC_COMPRESSORS = ["blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd"] as const;

const COMPRESS = 0;
const Status = { success: 0, warning: 1, error: 2 } as const;

/** What values a record may write, at least and at most. */
const RANGES = [
  ["JPEG_QUALITY", 1, 100],
  ["ZLIB_CLEVEL", 0, 9],
  ["BLOSC_COMPRESSOR", 0, BLOSC_COMPRESSORS.length - 1],
  ["BLOSC_CLEVEL", 0, Number.MAX_SAFE_INTEGER],
  ["BLOSC_SHUFFLE", 0, Number.MAX_SAFE_INTEGER],
  ["BLOSC_NUMTHREADS", 1, Number.MAX_SAFE_INTEGER],
] as const;

/** Compresses frames, or decompresses them; what cannot be goes on as it is (NDPluginCodec). */
export class NDPluginCodec extends NDPlugin {
  readonly #params: CodecParameters;

  constructor(setup: PluginSetup) {
    const params = makeParameters(codecParameters);
    super(setup, "NDPluginCodec", params);
    this.#params = params;
    this.base.ARRAY_CALLBACKS.set(1);
    for (const [name, least, most] of RANGES)
      params[name].handleWrites((value) => Math.max(least, Math.min(most, value)));
  }

  protected override get takesCompressed(): boolean {
    return true;
  }

  protected override process(frame: NDArray): void | Promise<void> {
    return this.#params.MODE.value === COMPRESS ? this.#compress(frame) : this.#decompress(frame);
  }

  #compress(frame: NDArray): void | Promise<void> {
    const codec = CODECS[this.#params.COMPRESSOR.value ?? 0] ?? "";
    if (codec === "") return this.#passInTurn(frame);
    if (frame.codec !== undefined) return this.#passInTurn(frame, Status.warning, "Array already compressed");
    try {
      return this.#pack(frame, this.#codec(codec), this.#method(frame, codec));
    } catch (error) {
      return this.#passInTurn(frame, Status.error, errorMessage(error));
    }
  }

  #method(frame: NDArray, codec: Exclude<Codec, "">): PackRequest["by"] {
    if (codec === "jpeg") return { image: jpegRequest(frame, this.#params.JPEG_QUALITY.value ?? 0) };
    return { codec, settings: this.#settings() };
  }

  /** What travels with the frames. */
  #codec(name: Exclude<Codec, "">): NDCodec {
    const { ZLIB_CLEVEL, BLOSC_COMPRESSOR, BLOSC_CLEVEL, BLOSC_SHUFFLE } = this.#params;
    if (name === "zlib") return ndCodec(name, { level: ZLIB_CLEVEL.value ?? 0 });
    if (name !== "blosc") return ndCodec(name);
    return ndCodec(name, {
      level: BLOSC_CLEVEL.value ?? 0,
      shuffle: BLOSC_SHUFFLE.value ?? 0,
      compressor: BLOSC_COMPRESSOR.value ?? 0,
    });
  }

  #settings(): CompressionSettings {
    const { ZLIB_CLEVEL, BLOSC_COMPRESSOR, BLOSC_CLEVEL, BLOSC_SHUFFLE, LZ4HDF5_BLOCKSIZE } = this.#params;
    return {
      zlibLevel: ZLIB_CLEVEL.value ?? 0,
      bloscCompressor: BLOSC_COMPRESSORS[BLOSC_COMPRESSOR.value ?? 0] ?? "blosclz",
      bloscLevel: BLOSC_CLEVEL.value ?? 0,
      bloscShuffle: BLOSC_SHUFFLE.value ?? 0,
      blockSize: LZ4HDF5_BLOCKSIZE.value ?? 0,
    };
  }

  #pack(frame: NDArray, codec: NDCodec, by: PackRequest["by"]): void | Promise<void> {
    const { byteLength } = frame.data;
    const memory = this.allocate({
      ...infoOf(frame),
      dataType: "UInt8",
      dimensions: [wholeAxis(byteLength + (byteLength >> 3) + SMALL_ARRAYS_GROW)],
    });
    const to = new Uint8Array(memory.buffer, 0, memory.data.byteLength);
    const request = { data: frame.data, elementBytes: bytesPerElement(frame.dataType), by, to };
    return finallyDo(
      () =>
        this.compute("pack", request, frame, (packed) => {
          if (!packed.ok) return this.#pass(frame, Status.error, packed.error);
          this.emit(compressedFrame(frame, codec, memory, packed.value));
          this.#show(byteLength / packed.value);
        }),
      () => memory.release(),
    );
  }

  #decompress(frame: NDArray): void | Promise<void> {
    const codec = frame.codec?.name;
    const number = CODECS.findIndex((name) => name === (codec ?? ""));
    if (codec === undefined || number < 0) {
      if (codec !== undefined) return this.#passInTurn(frame, Status.error, `Unexpected codec: '${codec}'`);
      this.#params.COMPRESSOR.set(0);
      return this.#passInTurn(frame);
    }
    const output = this.allocate(codec === "jpeg" ? jpegInfo(frame) : infoOf(frame));
    const bytes = new Uint8Array(frame.buffer, 0, frame.data.byteLength);
    const colors = output.dimensions.length === 3 ? 3 : 1;
    const request = { codec, bytes, elementBytes: bytesPerElement(frame.dataType), colors, to: output.data };
    return finallyDo(
      () =>
        this.compute("unpack", request, frame, (unpacked) => {
          this.#params.COMPRESSOR.set(number);
          if (!unpacked.ok) return this.#pass(frame, Status.error, unpacked.error);
          this.emit(output);
          this.#show(output.data.byteLength / bytes.length);
        }),
      () => output.release(),
    );
  }

  /** Hands on a frame as it is, after those that are under way. */
  #passInTurn(frame: NDArray, status: number = Status.success, error = ""): void | Promise<void> {
    return this.afterOthers(() => this.#pass(frame, status, error));
  }

  #pass(frame: NDArray, status: number = Status.success, error = ""): void {
    this.emit(frame);
    this.#show(1, status, error);
  }

  #show(factor: number, status: number = Status.success, error = ""): void {
    const { COMP_FACTOR, CODEC_STATUS, CODEC_ERROR } = this.#params;
    COMP_FACTOR.set(factor);
    CODEC_STATUS.set(status);
    CODEC_ERROR.set(error);
  }
}

/** What headers take at most of an array that does not shrink; an eighth of it comes to that. */
const SMALL_ARRAYS_GROW = 4096;

/** What comes out of a JPEG image: bytes, with red, green and blue pixel by pixel if there are colors. */
function jpegInfo(frame: NDArrayInfo): NDArrayInfo {
  const info = { ...infoOf(frame), dataType: "UInt8" } as const;
  const grid = imageGrid(frame);
  if (grid === undefined || grid.strides.color === 0) return info;
  return {
    ...info,
    dimensions: [3, grid.sizeX, grid.sizeY].map(wholeAxis),
    attributes: withColorMode(frame.attributes, NDColorMode.RGB1),
  };
}
