import { copyBytes } from "../../../libcom/copyBytes.js";
import { Fft, twiddlesOf } from "../../../libcom/fft.js";
import type { FlatField, RawData } from "../../pipeline/darkFlat.js";
import { dezinger } from "../../pipeline/dezinger.js";
import { filterResponse } from "../../pipeline/filters.js";
import {
  onEachPlane,
  PLANES,
  type Plane,
  type SliceData,
  type SliceGeometry,
  type SlicePath,
  xSlicePath,
  ySlicePath,
  zSlicePath,
} from "../../pipeline/geometry.js";
import type { PhaseRetrieval } from "../../pipeline/paganin.js";
import type { PreprocessParameters, ProjectionSize } from "../../pipeline/preprocess.js";
import type { Reconstruction, ReconstructionOptions, ViewAt } from "../backend.js";
import { copyOf } from "../copyOf.js";
import type { Counts, Job, JobView } from "./job.js";
import { COLUMN_BYTES, ENTRY_BYTES, type Layout, MOST_UNFILTERED, MOST_VIEWS, rowBytes } from "./layout.js";
import { SumSets } from "./sumSets.js";
import { FORMATS } from "./tasks.js";
import type { Team } from "./team.js";
import { wasmPaganin } from "./wasmPaganin.js";
import type { Workplace } from "./workplace.js";

/** Offset of a detector row that is none. */
const OUTSIDE = -1;

const NO_COLUMNS = [0, 0] as const;

/** Of a projection that has not been added yet. */
const FIRST_SETS: SliceData<0 | 1> = { z: 0, y: 0, x: 0 };

/** A projection in memory. Its packed blocks are worth something while `isFiltered`. */
interface Kept {
  raw: RawData;
  /** Where the kernels' memory keeps its packed blocks; undefined where that had no room, and `packed` holds them. */
  readonly packedAt: number | undefined;
  packed: Uint8Array | undefined;
  isFiltered: boolean;
  /** The set of each plane's sums that it is in. */
  sets: SliceData<0 | 1>;
}

type Surroundings = Pick<Workplace, "team" | "packed" | "takeSpare" | "giveSpares">;

interface KeptView extends Pick<ViewAt, "thetaRadians" | "weight"> {
  readonly kept: Kept;
  readonly planes: readonly Plane[];
}

/** What has to be filtered, where the kernels find it. */
interface Brought {
  readonly kept: Kept;
  readonly counts: Counts;
}

interface Geometry extends Pick<Job, "center" | "isTilted" | "rows"> {
  readonly y: SlicePath;
  readonly x: SlicePath;
}

/** Eight rows at a time from counts to slices, in the nearest cache. Sums are floats, see SumSets. */
export class WasmReconstruction implements Reconstruction {
  readonly #workplace: Surroundings;
  readonly #onClose: () => void;
  readonly #layout: Layout;
  readonly #team: Team;
  readonly #keepsFiltered: boolean;
  readonly #places: (Kept | undefined)[] = [];
  #fields: FlatField | undefined;
  /** What has to be done to transmission before the kernels take it. */
  #clean: ((transmission: Float32Array) => void) | undefined;
  /** Phase retrieval needs all threads: nothing is brought while they do a job. */
  #cleansWithTeam = false;
  #phase: { readonly key: string; readonly retrieve: (frame: Float32Array) => void } | undefined;
  #geometry: Geometry | undefined;
  /** What is at each of the layout's places for counts. */
  readonly #brought: (Brought | undefined)[] = [];
  #sets: SliceData<SumSets> = onEachPlane(() => new SumSets());

  /** `onClose` is called when the workplace is free again. */
  constructor({ keepsFiltered }: ReconstructionOptions, workplace: Surroundings, onClose: () => void) {
    this.#workplace = workplace;
    this.#onClose = onClose;
    this.#team = workplace.team;
    this.#layout = workplace.team.layout;
    this.#keepsFiltered = keepsFiltered;
    this.#writeFactors();
  }

  keep(place: number, raw: RawData): void {
    const before = this.#places[place];
    const packedAt = before?.packedAt ?? (this.#keepsFiltered ? this.#workplace.packed.at(place) : undefined);
    const kept = { packedAt, packed: before?.packed, isFiltered: false, sets: FIRST_SETS };
    this.#places[place] = { ...kept, raw: copyOf(raw, before?.raw ?? this.#workplace.takeSpare()) };
  }

  preprocess(fields: FlatField, parameters: PreprocessParameters): void {
    const { response, points } = this.#layout;
    if (fields !== this.#fields) {
      this.#layField(fields.dark, 0);
      this.#layField(fields.gain, 1);
    }
    this.#fields = fields;
    this.#brought.length = 0;
    const values = filterResponse(parameters.filter, points);
    this.#floats(response, points).set(Array.from(new Fft(points).order, (k) => (values[k] ?? 0) / points));
    const { dezingerRadius, phase } = parameters;
    const retrievePhase = phase && this.#phaseRetrieval(phase);
    const cleans = dezingerRadius > 0 || retrievePhase !== undefined;
    this.#cleansWithTeam = retrievePhase !== undefined;
    this.#clean = cleans
      ? (transmission) => {
          this.#dezinger(transmission, dezingerRadius);
          retrievePhase?.(transmission);
        }
      : undefined;
    for (const kept of this.#places) if (kept !== undefined) kept.isFiltered = false;
  }

  #layField(image: Float32Array, part: 0 | 1): void {
    // Slices are on their way out only during `read`.
    const { out, fields, size } = this.#layout;
    this.#floats(out, image.length).set(image);
    this.#team.kernels.layField(out, part, fields, size.width, size.height);
  }

  /** New fields leave the tables of phase retrieval as they are. */
  #phaseRetrieval(phase: PhaseRetrieval): (frame: Float32Array) => void {
    const key = JSON.stringify(phase);
    if (this.#phase?.key !== key)
      this.#phase = { key, retrieve: wasmPaganin(this.#layout.size, phase, this.#team.phaseTeam) };
    return this.#phase.retrieve;
  }

  begin(geometry: SliceGeometry, planes = PLANES): void {
    const rows = rowsOf(geometry);
    const isTilted = geometry.rotZ !== 0;
    if (isTilted) this.#writeTiltedPath(geometry, rows);
    const [y, x] = [ySlicePath(geometry), xSlicePath(geometry)];
    this.#geometry = { center: geometry.center, isTilted, rows, y, x };
    const before = this.#sets;
    this.#sets = onEachPlane((plane) => (planes.includes(plane) ? new SumSets() : before[plane]));
    for (const plane of planes) for (const set of [0, 1] as const) this.#clear(plane, set);
  }

  /** The tables of `addTiltedZ` (assembly/slices.ts). */
  #writeTiltedPath(geometry: SliceGeometry, [first]: Job["rows"]): void {
    const { width, height } = geometry;
    const { buffer } = this.#team.memory;
    const { pathZ } = this.#layout;
    const { alongX, rows } = zSlicePath(geometry);
    new Float64Array(buffer, pathZ, width).set(alongX);
    const uppers = new Int32Array(buffer, pathZ + 8 * width, width);
    const lowers = new Int32Array(buffer, pathZ + 12 * width, width);
    const depths = new Float32Array(buffer, pathZ + 16 * width, width);
    const offsetOf = (row: number): number => (row - first) * rowBytes(width);
    rows.forEach((z, x) => {
      const upper = Math.min(Math.floor(z), Math.max(height - 2, 0));
      uppers[x] = isInside(z, height) ? offsetOf(upper) : OUTSIDE;
      lowers[x] = offsetOf(Math.min(upper + 1, height - 1));
      depths[x] = z - upper;
    });
  }

  add(place: number, thetaRadians: number, weight: 1 | -1, planes = PLANES): void {
    this.addSome([{ place, thetaRadians, weight, planes }]);
  }

  addSome(views: readonly ViewAt[]): number {
    const known = views.map(({ place, planes = PLANES, ...view }) => {
      return { ...view, planes, kept: this.#keptAt(place) };
    });
    const some = this.#together(known);
    const brought = this.#bring(some, []);
    for (const { kept } of some)
      if (kept.isFiltered && kept.packed !== undefined) copyBytes(this.#packed(), kept.packed);
    this.#run(brought, some, () => {
      if (!this.#cleansWithTeam) this.#bring(this.#together(known.slice(some.length)), brought);
    });
    return some.length;
  }

  /** The first of some projections that make a job: as many as there is room for. */
  #together(views: readonly KeptView[]): readonly KeptView[] {
    const sets = onEachPlane((plane) => this.#sets[plane].copy());
    let unfiltered = 0;
    let end = 0;
    for (const { kept, weight, planes } of views.slice(0, this.#mostOf(views))) {
      // Packed blocks on their way to or from memory outside have one place.
      const isAlone = this.#keepsFiltered && kept.packedAt === undefined;
      if (!kept.isFiltered) unfiltered += 1;
      // A set of sums is cleared before a job.
      const clears = planes.some((plane) => sets[plane].changesRoles(kept.sets[plane], weight));
      if (end > 0 && (isAlone || unfiltered > MOST_UNFILTERED || clears)) break;
      for (const plane of planes) sets[plane].count(kept.sets[plane], weight);
      end += 1;
      if (isAlone) break;
    }
    return views.slice(0, end);
  }

  #keptAt(place: number): Kept {
    const kept = this.#places[place];
    if (kept === undefined) throw new Error(`nothing to add at place ${place}`);
    return kept;
  }

  /** Projections for whose detector rows there is room. */
  #mostOf(views: readonly KeptView[]): number {
    const seesRows = views.some(({ planes }) => planes.includes("z"));
    const [first, end] = this.#geometry?.rows ?? [0, 1];
    const most = seesRows ? Math.floor(this.#layout.mostRows / (end - first)) : MOST_VIEWS;
    return Math.min(MOST_VIEWS, Math.max(1, most));
  }

  /** Does a job with what was brought for it. `first` is what this thread does before it takes part. */
  #run(brought: readonly (Counts | undefined)[], views: readonly KeptView[], first: () => void): void {
    const geometry = this.#geometry;
    if (geometry === undefined) throw new Error("there are no sums yet");
    for (const view of views) this.#count(view);
    const { center, isTilted, rows } = geometry;
    const jobViews = views.map((view, i) => ({ ...this.#jobView(view, geometry, i), counts: brought[i] }));
    this.#team.run({ center, isTilted, rows, views: jobViews }, first);
    views.forEach(({ kept }, i) => {
      if (brought[i] !== undefined && this.#keepsFiltered) this.#takePacked(kept);
    });
  }

  #jobView(
    { kept, thetaRadians, weight, planes }: KeptView,
    { y, x, center }: Geometry,
    i: number,
  ): Omit<JobView, "counts"> {
    const { tableY, tableX, tableBytes, packed, sums } = this.#layout;
    const cosine = Math.cos(thetaRadians);
    const sine = Math.sin(thetaRadians);
    const columns = (plane: "y" | "x", tables: number, path: SlicePath): readonly [number, number] =>
      planes.includes(plane)
        ? this.#writeTable(tables + i * tableBytes, path, center, cosine, sine, weight)
        : NO_COLUMNS;
    return {
      packed: this.#keepsFiltered ? (kept.packedAt ?? packed) : undefined,
      sums: onEachPlane((plane) => (planes.includes(plane) ? sums[kept.sets[plane]][plane] : undefined)),
      ...{ weight, cosine, sine },
      columnsY: columns("y", tableY, y),
      columnsX: columns("x", tableX, x),
    };
  }

  read(scales: SliceData<number>, into = slicesOf(this.#layout.size)): SliceData<Float32Array> {
    const { size, sums, out } = this.#layout;
    const [first, second] = sums;
    const { kernels } = this.#team;
    const { width, height } = size;
    if (this.#geometry?.isTilted) kernels.readTilted(first.z, second.z, out, width, scales.z);
    else kernels.readFlat(first.z, second.z, out, width * width, scales.z);
    copyBytes(into.z, this.#floats(out, width * width));
    for (const plane of ["y", "x"] as const) {
      kernels.readVertical(first[plane], second[plane], out, width, height, scales[plane]);
      copyBytes(into[plane], this.#floats(out, width * height));
    }
    return into;
  }

  close(): void {
    this.#workplace.giveSpares(this.#places.splice(0).flatMap((kept) => kept?.raw ?? []));
    this.#onClose();
  }

  #count({ kept, weight, planes }: KeptView): void {
    const { sets } = kept;
    for (const plane of planes)
      if (this.#sets[plane].changesRoles(sets[plane], weight))
        this.#clear(plane, this.#sets[plane].changeRoles());
    kept.sets = onEachPlane((plane) =>
      planes.includes(plane) ? this.#sets[plane].count(sets[plane], weight) : sets[plane],
    );
  }

  #clear(plane: Plane, set: 0 | 1): void {
    const { size, blocks, sums } = this.#layout;
    const { width } = size;
    const floats = plane === "z" ? width * width : (blocks * width * COLUMN_BYTES) / 4;
    this.#floats(sums[set][plane], floats).fill(0);
  }

  /** Brings what has to be filtered where the kernels find it. `busy` is what the threads are at work with. */
  #bring(views: readonly KeptView[], busy: readonly (Counts | undefined)[]): readonly (Counts | undefined)[] {
    const chosen = [...busy];
    return views.map(({ kept }) => {
      const counts = kept.isFiltered ? undefined : this.#countsOf(kept, chosen);
      chosen.push(counts);
      return counts;
    });
  }

  #countsOf(kept: Kept, chosen: readonly (Counts | undefined)[]): Counts {
    const known = this.#brought.find((brought) => brought?.kept === kept);
    if (known !== undefined) return known.counts;
    const free = this.#layout.counts.findIndex((at) => chosen.every((counts) => counts?.at !== at));
    const counts = this.#bringCounts(kept, this.#layout.counts[free] ?? 0);
    this.#brought[free] = { kept, counts };
    return counts;
  }

  #bringCounts(kept: Kept, at: number): Counts {
    const { memory } = this.#team;
    const { size } = this.#layout;
    const { raw } = kept;
    if (this.#clean !== undefined && this.#fields !== undefined) {
      const transmission = this.#floats(at, size.width * size.height);
      this.#fields.transmission(raw, transmission);
      this.#clean(transmission);
      return { at, format: FORMATS.transmission };
    }
    if (raw instanceof Uint8Array || raw instanceof Uint16Array) {
      copyBytes(new Uint8Array(memory.buffer, at, raw.byteLength), raw);
      return { at, format: raw instanceof Uint8Array ? FORMATS.u8 : FORMATS.u16 };
    }
    this.#floats(at, raw.length).set(raw);
    return { at, format: FORMATS.f32 };
  }

  #dezinger(transmission: Float32Array, radius: number): void {
    if (radius <= 0) return;
    const { kernels, memory } = this.#team;
    const { out, size } = this.#layout;
    const marks = new Uint8Array(memory.buffer, out, size.width * size.height);
    kernels.markZingers(transmission.byteOffset, out, size.width, size.height, radius);
    dezinger(transmission, size.width, size.height, radius, marks);
  }

  #takePacked(kept: Kept): void {
    kept.isFiltered = true;
    if (kept.packedAt !== undefined) return;
    kept.packed ??= new Uint8Array(this.#layout.packedBytes);
    copyBytes(kept.packed, this.#packed());
  }

  #writeFactors(): void {
    const { factors, points } = this.#layout;
    let offset = factors;
    const put = (stage: Float64Array): void => {
      this.#floats(offset, stage.length).set(stage);
      offset += stage.length * Float32Array.BYTES_PER_ELEMENT;
    };
    for (let length = points; length > 8; length /= 4) put(twiddlesOf(length));
  }

  /** Where the columns of a vertical slice lie on the detector, and what they take from there; which it sees at all. */
  #writeTable(
    table: number,
    { alongX, alongY }: SlicePath,
    center: number,
    cosine: number,
    sine: number,
    weight: number,
  ): readonly [number, number] {
    const { width } = this.#layout.size;
    const words = (width * ENTRY_BYTES) / 4;
    const offsets = new Uint32Array(this.#team.memory.buffer, table, words);
    const weights = this.#floats(table, words);
    let from = width;
    let to = 0;
    for (let i = 0; i < width; i++) {
      const s = (alongX[i] as number) * cosine - (alongY[i] as number) * sine + center;
      if (!(s > -1 && s < width)) continue;
      const column = Math.min(Math.max(Math.floor(s), 0), width - 2);
      offsets[3 * i] = column * COLUMN_BYTES;
      weights[3 * i + 1] = weight * Math.max(0, 1 - Math.abs(s - column));
      weights[3 * i + 2] = weight * Math.max(0, 1 - Math.abs(s - column - 1));
      from = Math.min(from, i);
      to = i + 1;
    }
    return [from, to];
  }

  #packed(): Uint8Array {
    return new Uint8Array(this.#team.memory.buffer, this.#layout.packed, this.#layout.packedBytes);
  }

  #floats(offset: number, length: number): Float32Array {
    return new Float32Array(this.#team.memory.buffer, offset, length);
  }
}

const slicesOf = ({ width, height }: ProjectionSize): SliceData<Float32Array> => ({
  z: new Float32Array(width * width),
  y: new Float32Array(width * height),
  x: new Float32Array(width * height),
});

const isInside = (row: number, height: number): boolean => row >= 0 && row <= height - 1;

/** Detector rows that the z-slice sees, half-open. */
function rowsOf(geometry: SliceGeometry): Job["rows"] {
  const { height, rotZ, orthoZ } = geometry;
  if (rotZ === 0) return [orthoZ, orthoZ + 1];
  const seen = zSlicePath(geometry).rows.filter((z) => isInside(z, height));
  const first = Math.min(Math.floor(Math.min(height, ...seen)), Math.max(height - 2, 0));
  return [first, Math.min(Math.max(first, Math.floor(Math.max(0, ...seen))) + 2, height)];
}
