import { now } from "../../libcom/epicsTime.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import { logger } from "../../libcom/log.js";
import {
  NTNDARRAY_TYPE,
  type NtAttribute,
  type NtAttributeType,
  ntNdArrayValue,
  SharedPV,
  type SharedPvProvider,
} from "../../pva/index.js";
import type { ReconResult } from "../worker/messages.js";
import { type Panels, panelsOf } from "./panels.js";

const log = logger("recon.publisher");

type Picture = "all" | "z" | "y" | "x";

/** What is added to ReconPVAName for each picture. */
const SUFFIXES: Readonly<Record<Picture, string>> = { all: "", z: "Z", y: "Y", x: "X" };

const PICTURES = ["all", "z", "y", "x"] as const satisfies readonly Picture[];

/**
 * StreamRecon, under the name that ReconPVAName gives: the three slices side by side as an NTNDArray. StreamReconZ, Y and
 * X are each slice by itself.
 */
export class ReconPublisher {
  readonly #provider: SharedPvProvider;
  readonly #pvs: Readonly<Record<Picture, SharedPV>> = {
    all: new SharedPV(NTNDARRAY_TYPE),
    z: new SharedPV(NTNDARRAY_TYPE),
    y: new SharedPV(NTNDARRAY_TYPE),
    x: new SharedPV(NTNDARRAY_TYPE),
  };
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

  publish(result: ReconResult): void {
    const attributes = attributesOf(result);
    const times = { timeStamp: now(), dataTimeStamp: result.newest?.epicsTimestamp ?? now() };
    const uniqueId = result.newest?.uniqueId ?? 0;
    for (const picture of PICTURES) {
      const { data, width, height } = pictureOf(picture, result);
      const dimensions = [{ size: width }, { size: height }];
      this.#pvs[picture].post(ntNdArrayValue({ data, dimensions, uniqueId, ...times, attributes }));
    }
  }

  close(): void {
    for (const name of this.#served.splice(0)) this.#provider.remove(name);
    this.#name = "";
  }
}

function pictureOf(picture: Picture, { slices, geometry: { width, height } }: ReconResult): Panels {
  if (picture === "all") return panelsOf(slices, { width, height });
  return { data: slices[picture], width, height: picture === "z" ? width : height };
}

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
    attribute("Projections", "Int32", views, "Projections in these slices"),
    attribute("BufferCapacity", "Int32", capacity, "Projections of a half turn"),
  ];
}
