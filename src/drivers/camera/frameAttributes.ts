import { logger } from "../../libcom/log.js";
import type { Pv } from "../../records/pv.js";
import type { ParametersOf } from "../asyn/defineDriver.js";
import type { Parameter } from "../asyn/portDriver.js";
import type { NDAttribute } from "../ndarray/ndArray.js";
import { loadAttributes } from "./attributeFile.js";
import { AttributeList } from "./attributeList.js";
import { AttributesStatus, type cameraParameters } from "./cameraParameters.js";

const log = logger("camera");

export interface FrameAttributeSources {
  readonly portName: string;
  lookupPv?(name: string): Pv;
  parameter(name: string): Parameter | undefined;
}

/** The attributes of NDAttributesFile with NDAttributesMacros, read anew when either is written. */
export class FrameAttributes {
  readonly #params: ParametersOf<typeof cameraParameters>;
  readonly #sources: FrameAttributeSources;
  #list: AttributeList | undefined;

  constructor(params: ParametersOf<typeof cameraParameters>, sources: FrameAttributeSources) {
    this.#params = params;
    this.#sources = sources;
    for (const parameter of [params.ND_ATTRIBUTES_FILE, params.ND_ATTRIBUTES_MACROS])
      parameter.written$.subscribe(() => this.#read());
  }

  /** What a frame taken now carries; the angle is that of its trigger. */
  stamp(thetaDegrees: number): NDAttribute[] {
    return [COLOR_MODE, stageAngle(thetaDegrees), ...(this.#list?.stamp() ?? [])];
  }

  close(): void {
    this.#list?.close();
    this.#list = undefined;
  }

  #read(): void {
    const { ND_ATTRIBUTES_FILE, ND_ATTRIBUTES_MACROS, ND_ATTRIBUTES_STATUS } = this.#params;
    const { portName, lookupPv, parameter } = this.#sources;
    const loaded = loadAttributes(ND_ATTRIBUTES_FILE.value ?? "", ND_ATTRIBUTES_MACROS.value ?? "");
    this.close();
    if (!loaded.ok) {
      const { reason, message } = loaded.error;
      // File and macros are written one after the other: in between, macros may well be missing.
      log[reason === "macroError" ? "info" : "warn"](`${portName}: ${message}`);
      ND_ATTRIBUTES_STATUS.set(AttributesStatus[reason]);
      return;
    }
    for (const problem of loaded.value.problems) log.warn(`${portName}: ${problem}`);
    this.#list = new AttributeList(loaded.value.definitions, { lookupPv, parameter });
    ND_ATTRIBUTES_STATUS.set(AttributesStatus.ok);
  }
}

const COLOR_MODE: NDAttribute = {
  name: "ColorMode",
  description: "Color mode",
  sourceType: "Driver",
  source: "Driver",
  type: "Int32",
  value: 0,
};

const stageAngle = (value: number): NDAttribute => ({
  name: "StageAngle",
  description: "Rotation angle at the trigger (deg)",
  sourceType: "Driver",
  source: "Driver",
  type: "Float64",
  value,
});
