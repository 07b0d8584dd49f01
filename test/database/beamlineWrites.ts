import type { Value } from "../../src/channel/dbf.js";
import { readOnlyFeatures } from "../../src/drivers/camera/readOnlyFeatures.js";

const characters = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));

/** What is written instead of just any other value, by parameter. */
export const valuesForWriting: Readonly<Record<string, Value>> = {
  SIZE_X: 8,
  SIZE_Y: 4,
  GC_I_Width: 8,
  GC_I_Height: 4,
  CIRC_BUFF_TRIGGER_CALC: characters("A>B"),
  FILE_PATH: characters("/"),
  // zlib, which every build has.
  HDF5_compressionType: 3,
};

const notWritable = /^not writable: /;

/** Parameters that refuse what is written, and the reason that the record gives. */
export const refusedWrites: Readonly<Record<string, RegExp>> = {
  NUM_THREADS: /not between 1 and Max/,
  HDF5_layoutFilename: /text: XML description file cannot be/,
  GC_D_AcquisitionResultingFrameRate: notWritable,
  GC_D_DeviceTemperature: notWritable,
  GC_I_HeightMax: notWritable,
  GC_I_PayloadSize: notWritable,
  GC_I_SensorHeight: notWritable,
  GC_I_SensorWidth: notWritable,
  GC_I_TLParamsLocked: notWritable,
  GC_I_WidthMax: notWritable,
  ...Object.fromEntries(
    [...readOnlyFeatures].flatMap((feature) =>
      ["B", "D", "E", "I", "S"].map((type) => [`GC_${type}_${feature}`, notWritable]),
    ),
  ),
};

const actsAndReturns = "an action: it goes back to 0 when it is done";

/** Parameters whose readback differs from what was written, and why. */
export const correctedWrites: Readonly<Record<string, string>> = {
  CIRC_BUFF_PRE_TRIGGER: "is kept while the buffer is on",
  CAPTURE: "the capture cannot begin in Single mode",
  WRITE_FILE: actsAndReturns,
  SAVE_BACKGROUND: actsAndReturns,
  SAVE_FLAT_FIELD: actsAndReturns,
};

/** Parameters that nothing reaches as the templates stand, and why. */
export const disabledWrites: Readonly<Record<string, string>> = {
  TS_READ: "TSRead is disabled while no series is being taken",
};
