import { formatFixed } from "../../libcom/cFormat.js";
import { colorModeOf, NDColorMode } from "../ndarray/imageLayout.js";
import { bytesPerElement, type NDArrayInfo, type NDAttribute, type NDDataType } from "../ndarray/ndArray.js";

/** Types of tag values by their numbers, and how many bytes one takes. */
const TagType = { ascii: 2, short: 3, long: 4, double: 12 } as const;
const BYTES = { ascii: 1, short: 2, long: 4, double: 8 } as const;

interface Tag {
  readonly id: number;
  readonly type: keyof typeof TagType;
  readonly values: readonly number[] | Uint8Array;
}

/** Where the image is in a frame's memory: TIFF has colors pixel by pixel, or color by color in strips. */
interface TiffLayout {
  readonly width: number;
  readonly height: number;
  readonly samples: number;
  readonly arePlanes: boolean;
  readonly rowsPerStrip: number;
  /** Offsets of the strips in units of one strip. */
  readonly strips: readonly number[];
}

const SAMPLE_FORMAT: Readonly<Record<NDDataType, number>> = {
  UInt8: 1,
  UInt16: 1,
  UInt32: 1,
  UInt64: 1,
  Int8: 2,
  Int16: 2,
  Int32: 2,
  Int64: 2,
  Float32: 3,
  Float64: 3,
};

const NO_COMPRESSION = 1;
const Photometric = { minIsBlack: 1, rgb: 2 } as const;
const PlanarConfig = { contiguous: 1, separate: 2 } as const;

/** areaDetector's own tags: the frame's stamps, then one text for each attribute. */
const FIRST_ATTRIBUTE = 65010;
const LAST_ATTRIBUTE = 65535;
/** Longer texts are cut off. */
const MAX_TEXT = 2047;

/** A TIFF file up to its pixels, which follow as they are in memory. @throws Error where the frame is no image */
export function tiffHeader(frame: NDArrayInfo): Uint8Array {
  const layout = layoutOf(frame);
  if (layout === undefined) throw new Error(`an array of ${frame.dimensions.length} dimensions is no image`);
  const bytes = bytesPerElement(frame.dataType);
  const stripSamples = layout.width * layout.rowsPerStrip * (layout.arePlanes ? 1 : layout.samples);
  const stripBytes = stripSamples * bytes;
  const each = (value: number) => layout.strips.map(() => value);
  const ofSamples = (value: number) => Array.from({ length: layout.samples }, () => value);
  const tagsFor = (pixels: number): readonly Tag[] => [
    long(256, layout.width),
    long(257, layout.height),
    { id: 258, type: "short", values: ofSamples(8 * bytes) },
    short(259, NO_COMPRESSION),
    short(262, layout.samples === 1 ? Photometric.minIsBlack : Photometric.rgb),
    ...descriptionOf(frame),
    text(271, attributeText(frame, "Manufacturer") ?? "Unknown"),
    text(272, attributeText(frame, "Model") ?? "Unknown"),
    { id: 273, type: "long", values: layout.strips.map((strip) => pixels + strip * stripBytes) },
    short(277, layout.samples),
    long(278, layout.rowsPerStrip),
    { id: 279, type: "long", values: each(stripBytes) },
    short(284, layout.arePlanes ? PlanarConfig.separate : PlanarConfig.contiguous),
    text(305, "EPICS areaDetector"),
    { id: 339, type: "short", values: ofSamples(SAMPLE_FORMAT[frame.dataType]) },
    { id: 65000, type: "double", values: [frame.timeStamp] },
    long(65001, frame.uniqueId),
    long(65002, frame.epicsTimestamp.seconds),
    long(65003, frame.epicsTimestamp.nanoseconds),
    ...frame.attributes
      .slice(0, LAST_ATTRIBUTE - FIRST_ATTRIBUTE + 1)
      .map((attribute, index) => text(FIRST_ATTRIBUTE + index, `${attribute.name}:${valueText(attribute)}`)),
  ];
  // Where the pixels begin changes no size.
  return directory(tagsFor(directory(tagsFor(0)).length));
}

const short = (id: number, value: number): Tag => ({ id, type: "short", values: [value] });
const long = (id: number, value: number): Tag => ({ id, type: "long", values: [value] });
const text = (id: number, value: string): Tag => ({
  id,
  type: "ascii",
  values: Buffer.concat([Buffer.from(value).subarray(0, MAX_TEXT), Buffer.alloc(1)]),
});

function attributeText({ attributes }: NDArrayInfo, name: string): string | undefined {
  const attribute = attributes.find((candidate) => candidate.name === name);
  return attribute && valueText(attribute);
}

function descriptionOf(frame: NDArrayInfo): readonly Tag[] {
  const description = attributeText(frame, "TIFFImageDescription");
  return description === undefined ? [] : [text(270, description)];
}

/** Floating point with six digits after the point, as printf's %f. */
const valueText = ({ type, value }: NDAttribute): string =>
  (type === "Float32" || type === "Float64") && typeof value === "number"
    ? formatFixed(value, 6)
    : String(value);

const count = (length: number, of: (index: number) => number) =>
  Array.from({ length }, (_, index) => of(index));

function layoutOf(frame: NDArrayInfo): TiffLayout | undefined {
  const [a = 0, b = 1, c] = frame.dimensions.map(({ size }) => size);
  if (frame.dimensions.length === 0 || frame.dimensions.length > 3) return undefined;
  if (c === undefined)
    return { width: a, height: b, samples: 1, arePlanes: false, rowsPerStrip: b, strips: [0] };
  const mode = colorModeOf(frame);
  if (mode === NDColorMode.RGB1 && a === 3)
    return { width: b, height: c, samples: 3, arePlanes: false, rowsPerStrip: c, strips: [0] };
  // Each row is a strip: all of red, then green, then blue, wherever they are.
  if (mode === NDColorMode.RGB2 && b === 3)
    return {
      width: a,
      height: c,
      samples: 3,
      arePlanes: true,
      rowsPerStrip: 1,
      strips: count(3 * c, (strip) => 3 * (strip % c) + Math.floor(strip / c)),
    };
  if (mode === NDColorMode.RGB3 && c === 3)
    return { width: a, height: b, samples: 3, arePlanes: true, rowsPerStrip: b, strips: [0, 1, 2] };
  return undefined;
}

const HEADER_BYTES = 8;
const ENTRY_BYTES = 12;
const INLINE_BYTES = 4;

/** Header, directory, and the values that do not fit it; little-endian, as the pixels are. */
function directory(tags: readonly Tag[]): Uint8Array {
  const sizes = tags.map(({ type, values }) => values.length * BYTES[type]);
  const outside = sizes.map((size) => (size > INLINE_BYTES ? size + (size & 1) : 0));
  let next = HEADER_BYTES + 2 + tags.length * ENTRY_BYTES + 4;
  const length = outside.reduce((sum, size) => sum + size, next);
  const bytes = new Uint8Array(length + (-length & 7));
  const view = new DataView(bytes.buffer);
  bytes.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, HEADER_BYTES, true);
  view.setUint16(HEADER_BYTES, tags.length, true);
  tags.forEach((tag, index) => {
    const entry = HEADER_BYTES + 2 + index * ENTRY_BYTES;
    view.setUint16(entry, tag.id, true);
    view.setUint16(entry + 2, TagType[tag.type], true);
    view.setUint32(entry + 4, tag.values.length, true);
    const size = outside[index] ?? 0;
    if (size > 0) view.setUint32(entry + 8, next, true);
    writeValues(view, size > 0 ? next : entry + 8, tag);
    next += size;
  });
  return bytes;
}

function writeValues(view: DataView, start: number, { type, values }: Tag): void {
  values.forEach((value, index) => {
    const at = start + index * BYTES[type];
    if (type === "ascii") view.setUint8(at, value);
    else if (type === "short") view.setUint16(at, value, true);
    else if (type === "long") view.setUint32(at, value, true);
    else view.setFloat64(at, value, true);
  });
}
