import type { ProjectionFile, RowCounts } from "../../drivers/hdf5/projectionFile.js";
import type { ReconBackend } from "../backend/backend.js";
import { wasmPaganin } from "../backend/wasm/wasmPaganin.js";
import type { AngledSinogram } from "../center/registration.js";
import { FlatField, minusLog } from "../pipeline/darkFlat.js";
import { dezinger } from "../pipeline/dezinger.js";
import { onEachPlane } from "../pipeline/geometry.js";
import { type PhaseRetrieval, phasePlan } from "../pipeline/paganin.js";
import type { PreprocessParameters, ProjectionSize } from "../pipeline/preprocess.js";
import { removeStripes, type SinogramRingRemoval } from "../pipeline/stripes/ringRemoval.js";

export interface VolumeParameters extends PreprocessParameters {
  /** Detector column of the rotation axis. */
  readonly center: number;
  readonly ringRemoval: SinogramRingRemoval;
}

export interface VolumeOptions {
  readonly file: ProjectionFile;
  readonly backend: ReconBackend;
  readonly parameters: VolumeParameters;
  /** Detector rows, the second left out. */
  readonly rows: readonly [from: number, to: number];
  /** The views to take, and the angle of each of the file's. */
  readonly views: readonly number[];
  readonly degrees: ArrayLike<number>;
  /** Memory for counts that are read at once. */
  readonly slabBytes?: number;
}

export interface VolumeRow {
  readonly row: number;
  /** The z-slice of this row, width x width, in 1/pixel. */
  readonly slice: Float32Array;
}

const DEFAULT_SLAB_BYTES = 512 * 1024 * 1024;

/** Rows that are filtered together and stay in memory while each is backprojected. */
const BAND_ROWS = 8;

/** Where rows need their neighbours, more of them together waste less. */
const BAND_ROWS_WITH_MARGIN = 64;

/** Phase retrieval spreads a point exponentially; after so many lengths nothing is left. */
const MARGIN_LENGTHS = 8;

/** A volume slice by slice: a few detector rows at a time are read, filtered and backprojected. */
export async function* volumeRows(options: VolumeOptions): AsyncGenerator<VolumeRow> {
  const { file, rows, parameters } = options;
  const margin = marginOf(file, parameters);
  const bandRows = margin > 0 ? BAND_ROWS_WITH_MARGIN : BAND_ROWS;
  const rowBytes = file.views * file.width * file.countBytes;
  const affordable = Math.floor((options.slabBytes ?? DEFAULT_SLAB_BYTES) / rowBytes) - 2 * margin;
  const slabRows = Math.max(bandRows, affordable - (affordable % bandRows));
  for (const [from, to] of parts(rows, slabRows)) {
    const slab = readSlab(file, [Math.max(0, from - margin), Math.min(file.height, to + margin)]);
    for (const inner of parts([from, to], bandRows)) {
      const outer = [Math.max(0, inner[0] - margin), Math.min(file.height, inner[1] + margin)] as const;
      yield* bandSlices(options, bandOf(slab, outer), outer, inner);
    }
  }
}

/** Detector rows beyond a row that have a say in it. */
function marginOf({ width, height }: ProjectionFile, { dezingerRadius, phase }: VolumeParameters): number {
  if (phase === undefined) return dezingerRadius;
  const decay = Math.sqrt(phasePlan({ width, height }, phase).strength) / (2 * Math.PI);
  return Math.min(height, dezingerRadius + Math.ceil(MARGIN_LENGTHS * decay));
}

function* parts([from, to]: readonly [number, number], length: number): Iterable<readonly [number, number]> {
  for (let start = from; start < to; start += length) yield [start, Math.min(start + length, to)];
}

/** Counts of some rows, view after view, and what corrects them. */
interface Rows {
  readonly size: ProjectionSize;
  readonly field: FlatField;
  view(view: number): RowCounts;
}

interface Slab extends Rows {
  readonly from: number;
  readonly dark: Float32Array;
  readonly flat: Float32Array;
}

function readSlab(file: ProjectionFile, [from, to]: readonly [number, number]): Slab {
  const counts = file.rows(from, to);
  const size = { width: file.width, height: to - from };
  const pixels = size.width * size.height;
  const dark = file.dark(from, to) ?? new Float32Array(pixels);
  // Counts without a flat field are transmission already.
  const flat = file.flat(from, to) ?? new Float32Array(pixels).fill(1);
  return {
    ...{ from, size, dark, flat, field: new FlatField(dark, flat) },
    view: (view) => counts.subarray(view * pixels, (view + 1) * pixels),
  };
}

function bandOf(slab: Slab, [from, to]: readonly [number, number]): Rows {
  const { width } = slab.size;
  const start = (from - slab.from) * width;
  const end = (to - slab.from) * width;
  return {
    size: { width, height: to - from },
    field: new FlatField(slab.dark.subarray(start, end), slab.flat.subarray(start, end)),
    view: (view) => slab.view(view).subarray(start, end),
  };
}

async function* bandSlices(
  { backend, parameters, views, degrees }: VolumeOptions,
  band: Rows,
  [outerFrom]: readonly [number, number],
  [from, to]: readonly [number, number],
): AsyncGenerator<VolumeRow> {
  const { size } = band;
  const { center, ringRemoval, filter, dezingerRadius, phase } = parameters;
  const reconstruction = backend.start({ size, keepsFiltered: true });
  try {
    const counts = ringRemoval === "None" ? band : withoutRings(band, views, parameters);
    views.forEach((view, place) => {
      reconstruction.keep(place, counts.view(view));
    });
    const isClean = counts !== band;
    const cleaning = isClean ? { dezingerRadius: 0 } : { dezingerRadius, ...(phase ? { phase } : {}) };
    reconstruction.preprocess(counts.field, { filter, ...cleaning });
    for (let row = from; row < to; row++) {
      const upright = { orthoX: 0, orthoY: 0, rotX: 0, rotY: 0, rotZ: 0 };
      reconstruction.begin({ ...size, ...upright, center, orthoZ: row - outerFrom });
      for (const [place, view] of views.entries()) {
        const adding = reconstruction.add(place, ((degrees[view] ?? 0) * Math.PI) / 180, 1, ["z"]);
        if (adding !== undefined) await adding;
      }
      yield { row, slice: (await reconstruction.read(onEachPlane(() => Math.PI / views.length))).z };
    }
  } finally {
    await reconstruction.close();
  }
}

/** The rows as transmission without the stripes of their sinograms. */
function withoutRings(band: Rows, views: readonly number[], parameters: VolumeParameters): Rows {
  const { width, height } = band.size;
  const places = new Map(views.map((view, place) => [view, place]));
  const pixels = width * height;
  const integrals = new Float32Array(views.length * pixels);
  const integrate = lineIntegrals(band, parameters);
  views.forEach((view, place) => {
    integrate(view, integrals.subarray(place * pixels, (place + 1) * pixels));
  });
  const data = new Float32Array(views.length * width);
  for (let row = 0; row < height; row++) {
    const at = (place: number): number => place * pixels + row * width;
    views.forEach((_, place) => {
      data.set(integrals.subarray(at(place), at(place) + width), place * width);
    });
    removeStripes({ data, views: views.length, width }, parameters.ringRemoval);
    views.forEach((_, place) => {
      integrals.set(data.subarray(place * width, (place + 1) * width), at(place));
    });
  }
  const transmission = integrals.map((p) => Math.exp(-p));
  const place = (view: number): number => places.get(view) ?? 0;
  return {
    ...band,
    field: new FlatField(new Float32Array(pixels), new Float32Array(pixels).fill(1)),
    view: (view) => transmission.subarray(place(view) * pixels, (place(view) + 1) * pixels),
  };
}

/** Line integrals of a view, zingers and phase seen to, into `out`. */
function lineIntegrals(
  { size, field, view: countsOf }: Rows,
  { dezingerRadius, phase }: { readonly dezingerRadius: number; readonly phase?: PhaseRetrieval },
): (view: number, out: Float32Array) => void {
  const retrievePhase = phase && wasmPaganin(size, phase);
  return (view, out) => {
    field.transmission(countsOf(view), out);
    dezinger(out, size.width, size.height, dezingerRadius);
    retrievePhase?.(out);
    minusLog(out);
  };
}

/** Line integrals of one detector row for all views. */
export function integralRow(file: ProjectionFile, row: number, degrees = file.degrees): AngledSinogram {
  const { views, width } = file;
  const rows = readSlab(file, [row, row + 1]);
  const integrate = lineIntegrals(rows, { dezingerRadius: 0 });
  const data = new Float32Array(views * width);
  for (let view = 0; view < views; view++) integrate(view, data.subarray(view * width, (view + 1) * width));
  return { data, views, width, degrees: degrees ?? [] };
}
