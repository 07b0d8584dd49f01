import { imageDimensions } from "../../drivers/ndarray/ndArray.js";
import { NDArrayPool } from "../../drivers/ndarray/ndArrayPool.js";
import { now, type Timestamp } from "../../libcom/epicsTime.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import { logger } from "../../libcom/log.js";
import {
  NTNDARRAY_TYPE,
  type NtAttribute,
  type NtAttributeType,
  ntNdArrayValue,
  type PvStructure,
  SharedPV,
  type SharedPvProvider,
} from "../../pva/index.js";
import { unitsOf } from "../solver/parameters.js";
import type { ReconResult } from "../worker/messages.js";
import { binned, cropped, drawOrthoLines, type Panels, sideBySide, sizeSideBySide } from "./panels.js";

const log = logger("recon.publisher");

type Picture = "all" | "z" | "y" | "x" | "zoom";

/** What is added to ReconPVAName for each picture. */
const SUFFIXES: Readonly<Record<Picture, string>> = { all: "", z: "Z", y: "Y", x: "X", zoom: "Zoom" };

const PICTURES = ["all", "z", "y", "x", "zoom"] as const satisfies readonly Picture[];

/** A part of the volume, in the slices at full resolution: its middle, and the length of its edges, 0 for none. */
export interface Zoom {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly size: number;
}

/** How slices are shown. */
export interface Display {
  /** Lines in StreamRecon where slices cut each other. */
  readonly orthoLines: boolean;
  /** Pixels of StreamRecon are means of so many by so many. */
  readonly binning: number;
  readonly zoom: Zoom;
}

const PLAIN: Display = { orthoLines: false, binning: 1, zoom: { x: 0, y: 0, z: 0, size: 0 } };

/**
 * StreamRecon, under the name that ReconPVAName gives: the three slices side by side as an NTNDArray. StreamReconZ, Y and
 * X are each slice by itself, StreamReconZoom is the same part of the three.
 */
export class ReconPublisher {
  readonly #provider: SharedPvProvider;
  readonly #pvs: Readonly<Record<Picture, SharedPV>> = {
    all: new SharedPV(NTNDARRAY_TYPE),
    z: new SharedPV(NTNDARRAY_TYPE),
    y: new SharedPV(NTNDARRAY_TYPE),
    x: new SharedPV(NTNDARRAY_TYPE),
    zoom: new SharedPV(NTNDARRAY_TYPE),
  };
  readonly #memory = new NDArrayPool();
  #display = PLAIN;
  #latest: ReconResult | undefined;
  #name = "";
  #served: string[] = [];

  constructor(provider: SharedPvProvider) {
    this.#provider = provider;
  }

  /** Serves under `name` from now on; an empty name serves nothing, and what is taken is left out. */
  serveAs(name: string): void {
    if (name === this.#name) return;
    this.close();
    this.#name = name;
    if (name === "") return;
    for (const picture of PICTURES) this.#serve(name + SUFFIXES[picture], this.#pvs[picture]);
  }

  #serve(name: string, pv: SharedPV): void {
    try {
      this.#provider.add(name, pv);
      this.#served.push(name);
    } catch (error) {
      log.error(errorMessage(error));
    }
  }

  /** Shows the slices that are there and all others so. */
  showAs(display: Display): void {
    const changed = JSON.stringify(display) !== JSON.stringify(this.#display);
    this.#display = display;
    if (changed && this.#latest !== undefined) this.#post(this.#latest, ["all", "zoom"]);
  }

  publish(result: ReconResult): void {
    this.#latest?.release();
    this.#latest = result.retain();
    this.#post(result, PICTURES);
  }

  #post(result: ReconResult, pictures: readonly Picture[]): void {
    const times = { timeStamp: now(), dataTimeStamp: result.newest?.epicsTimestamp ?? now() };
    const display = this.#display;
    for (const picture of pictures) {
      if (picture === "zoom" && display.zoom.size === 0) continue;
      const pv = this.#pvs[picture];
      if (pv.subscribers > 0) {
        const shown = pictureOf(picture, result, display, this.#memory);
        pv.post(imageValue(shown, result, times), shown.owner);
        shown.owner.release();
      } else
        pv.post(() => {
          // In memory of its own: it is seldom looked at.
          const shown = pictureOf(picture, result, display);
          shown.owner.release();
          return imageValue(shown, result, times);
        }, result);
    }
  }

  close(): void {
    for (const name of this.#served.splice(0)) this.#provider.remove(name);
    this.#name = "";
  }
}

/** What a picture shows. Its pixels belong to `owner`, which has one reference for the caller. */
interface Shown extends Panels {
  readonly owner: { retain(): unknown; release(): void };
  readonly binning?: number;
}

function imageValue(
  { data, width, height, owner: _, ...axes }: Shown,
  result: ReconResult,
  times: { readonly timeStamp: Timestamp; readonly dataTimeStamp: Timestamp },
): PvStructure {
  const dimensions = [
    { size: width, ...axes },
    { size: height, ...axes },
  ];
  const uniqueId = result.newest?.uniqueId ?? 0;
  return ntNdArrayValue({ data, dimensions, uniqueId, ...times, attributes: attributesOf(result) });
}

/** Pictures that are many times a second made anew are put together in memory of a pool. */
function pictureOf(
  picture: Picture,
  result: ReconResult,
  { binning, orthoLines, zoom }: Display,
  memory?: NDArrayPool,
): Shown {
  const { slices, geometry } = result;
  const { width, height } = geometry;
  const z = { data: slices.z, width, height: width };
  const y = { data: slices.y, width, height };
  const x = { data: slices.x, width, height };
  switch (picture) {
    case "all": {
      const all = besideEachOther(
        [z, y, x].map((slice) => binned(slice, binning)),
        memory,
      );
      if (orthoLines) drawOrthoLines(all, geometry, binning);
      return { ...all, binning };
    }
    case "zoom": {
      const corner = (middle: number): number => middle - Math.floor(zoom.size / 2);
      const [left, back, top] = [corner(zoom.x), corner(zoom.y), corner(zoom.z)];
      const parts = [
        cropped(z, left, back, zoom.size),
        cropped(y, left, top, zoom.size),
        cropped(x, back, top, zoom.size),
      ];
      return besideEachOther(parts, memory);
    }
    default:
      return { ...{ z, y, x }[picture], owner: result.retain() };
  }
}

function besideEachOther(images: readonly Panels[], memory: NDArrayPool | undefined): Shown {
  const { width, height } = sizeSideBySide(images);
  const time = { timeStamp: 0, epicsTimestamp: { seconds: 0, nanoseconds: 0 } };
  const dimensions = imageDimensions(width, height);
  const frame = memory?.allocate({ uniqueId: 0, ...time, dataType: "Float32", dimensions, attributes: [] });
  const data = frame && new Float32Array(frame.buffer, 0, width * height);
  return { ...sideBySide(images, data), owner: frame ?? NOBODY };
}

/** The owner of memory that the garbage collector looks after. */
const NOBODY = { retain: () => undefined, release: () => undefined };

function attributesOf({ geometry, parameters, views, capacity }: ReconResult): NtAttribute[] {
  const attribute = (name: string, type: NtAttributeType, value: string | number, description: string) => ({
    ...{ name, type, value, description, sourceType: "Driver" as const, source: "tomoStream" },
  });
  return [
    attribute("Center", "Float64", geometry.center, "Rotation center, detector column"),
    attribute("FilterType", "String", parameters.filter, "Filter of the backprojection"),
    attribute("OrthoX", "Int32", geometry.orthoX, "Position of the x-slice"),
    attribute("OrthoY", "Int32", geometry.orthoY, "Position of the y-slice"),
    attribute("OrthoZ", "Int32", geometry.orthoZ, "Position of the z-slice"),
    attribute("RotX", "Float64", geometry.rotX, "Turn of the x-slice, degrees"),
    attribute("RotY", "Float64", geometry.rotY, "Turn of the y-slice, degrees"),
    attribute("RotZ", "Float64", geometry.rotZ, "Tilt of the z-slice, degrees"),
    attribute("Units", "String", unitsOf(parameters), "Units of the values"),
    attribute("Projections", "Int32", views, "Projections in these slices"),
    attribute("BufferCapacity", "Int32", capacity, "Projections of a half turn"),
  ];
}
