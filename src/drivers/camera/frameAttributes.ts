import { logger } from "../../libcom/log.js";
import type { Pv } from "../../records/pv.js";
import type { Parameter } from "../asyn/portDriver.js";
import type { NDAttribute } from "../ndarray/ndArray.js";
import type { NDArrayParameters } from "../ndarray/ndArrayParameters.js";
import { loadAttributes } from "./attributeFile.js";
import { AttributeList } from "./attributeList.js";
import { AttributesStatus } from "./cameraParameters.js";

const log = logger("camera");

export interface FrameAttributeSources {
  readonly portName: string;
  lookupPv?(name: string): Pv;
  parameter(name: string): Parameter | undefined;
}

/** The attributes of NDAttributesFile with NDAttributesMacros, read anew when either is written. */
export class FrameAttributes {
  readonly #params: NDArrayParameters;
  readonly #sources: FrameAttributeSources;
  #list: AttributeList | undefined;

  constructor(params: NDArrayParameters, sources: FrameAttributeSources) {
    this.#params = params;
    this.#sources = sources;
    for (const parameter of [params.ND_ATTRIBUTES_FILE, params.ND_ATTRIBUTES_MACROS])
      parameter.written$.subscribe(() => this.#read());
  }

  /** What a frame that the driver makes now carries: its own attributes, then those of the file. */
  stamp(own: readonly NDAttribute[]): NDAttribute[] {
    return [...own, ...(this.#list?.stamp() ?? [])];
  }

  /** As `stamp` for a frame that is here now and made later: PVs are what they are now. */
  arrive(own: readonly NDAttribute[]): () => NDAttribute[] {
    const stamp = this.#list?.arrive();
    return () => [...own, ...(stamp?.() ?? [])];
  }

  close(): void {
    this.#list?.close();
    this.#list = undefined;
  }

  #read(): void {
    const { ND_ATTRIBUTES_FILE, ND_ATTRIBUTES_MACROS, ND_ATTRIBUTES_STATUS } = this.#params;
    const { portName, lookupPv, parameter } = this.#sources;
    this.close();
    const file = ND_ATTRIBUTES_FILE.value ?? "";
    // As areaDetector has it: without a file the status stays what it was, at first that there is none.
    if (file === "") return;
    const loaded = loadAttributes(file, ND_ATTRIBUTES_MACROS.value ?? "");
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

const driverAttribute = (
  name: string,
  description: string,
  type: NDAttribute["type"],
  value: number,
): NDAttribute => ({ name, description, sourceType: "Driver", source: "Driver", type, value });

export const colorModeAttribute = (colorMode: number): NDAttribute =>
  driverAttribute("ColorMode", "Color mode", "Int32", colorMode);

/** The angle is that of the frame's trigger. */
export const stageAngleAttribute = (degrees: number): NDAttribute =>
  driverAttribute("StageAngle", "Rotation angle at the trigger (deg)", "Float64", degrees);
