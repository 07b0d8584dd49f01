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
import { panelsOf } from "./panels.js";

const log = logger("recon.publisher");

/** StreamRecon: the three slices side by side as an NTNDArray, under the name that ReconPVAName gives. */
export class ReconPublisher {
  readonly #provider: SharedPvProvider;
  readonly #pv = new SharedPV(NTNDARRAY_TYPE);
  #name: string | undefined;

  constructor(provider: SharedPvProvider) {
    this.#provider = provider;
  }

  /** Serves under `name` from now on; an empty name, or one that is taken, serves nothing. */
  serveAs(name: string): void {
    if (name === this.#name) return;
    this.close();
    if (name === "") return;
    try {
      this.#provider.add(name, this.#pv);
      this.#name = name;
    } catch (error) {
      log.error(errorMessage(error));
    }
  }

  publish(result: ReconResult): void {
    const { data, width, height } = panelsOf(result.slices, result.geometry);
    this.#pv.post(
      ntNdArrayValue({
        data,
        dimensions: [{ size: width }, { size: height }],
        uniqueId: result.newest?.uniqueId ?? 0,
        timeStamp: now(),
        dataTimeStamp: result.newest?.epicsTimestamp ?? now(),
        attributes: attributesOf(result),
      }),
    );
  }

  close(): void {
    if (this.#name !== undefined) this.#provider.remove(this.#name);
    this.#name = undefined;
  }
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
