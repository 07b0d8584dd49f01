import type { Pv, PvDirectory } from "../../records/pv.js";
import { lastNumber } from "../pvValues.js";
import type { Condition } from "./condition.js";
import type { MeasureSettings } from "./measure/messages.js";

/** Records that the trigger reads or writes, without $(P)$(R): those of captureTrigger and, last, of tomoScanStream. */
const openAll = (open: (name: string) => Pv) => ({
  Arm: open("TriggerArm"),
  Force: open("TriggerForce"),
  Mode: open("TriggerMode"),
  MaxCount: open("TriggerMaxCount"),
  Source: open("TriggerSource"),
  Images: open("TriggerImages"),
  Expression: open("TriggerExpression"),
  File: open("TriggerFile"),
  Slope: open("TriggerSlope"),
  Level: open("TriggerLevel"),
  Hysteresis: open("TriggerHysteresis"),
  MinTime: open("TriggerMinTime"),
  HoldOff: open("TriggerHoldOff"),
  Period: open("TriggerPeriod"),
  Threshold: open("TriggerThreshold"),
  MinX: open("TriggerMinX"),
  MinY: open("TriggerMinY"),
  SizeX: open("TriggerSizeX"),
  SizeY: open("TriggerSizeY"),
  FramePVAName: open("TriggerFramePVAName"),
  SlicePVAName: open("TriggerSlicePVAName"),
  Status: open("TriggerStatus"),
  Message: open("TriggerMessage"),
  Measure: open("TriggerMeasure"),
  UniqueId: open("TriggerUniqueId"),
  Count: open("TriggerCount"),
  Time: open("TriggerTime"),
  StartScan: open("StartScan"),
  FrameType: open("FrameType"),
  StreamCapture: open("StreamCapture"),
  StreamMessage: open("StreamMessage"),
});

export type TriggerPvs = ReturnType<typeof openAll>;

export const openTriggerPvs = (pvs: PvDirectory, prefix: string): TriggerPvs =>
  openAll((name) => pvs.pv(prefix + name));

/** States of TriggerSource. */
export const TRIGGER_SOURCES = [
  "Expression",
  "Mean",
  "Sigma",
  "Change",
  "Foreground",
  "Function",
  "Model",
] as const;

export type TriggerSource = (typeof TRIGGER_SOURCES)[number];

/** States of TriggerStatus. */
export const TRIGGER_STATES = ["Disarmed", "No scan", "Ready", "Capturing", "Hold-off"] as const;

export type TriggerState = (typeof TRIGGER_STATES)[number];

const SLOPES = ["rising", "falling"] as const;

/** The last known number; 0 before the PV was connected. */
export const numberNow = (pv: Pv): number => lastNumber(pv, 0);

export const conditionNow = (pvs: TriggerPvs): Condition => ({
  slope: SLOPES[numberNow(pvs.Slope)] ?? "rising",
  level: numberNow(pvs.Level),
  hysteresis: numberNow(pvs.Hysteresis),
  minimumSeconds: numberNow(pvs.MinTime),
});

export const measureSettingsNow = (pvs: TriggerPvs): MeasureSettings => ({
  threshold: numberNow(pvs.Threshold),
  region: {
    minX: numberNow(pvs.MinX),
    minY: numberNow(pvs.MinY),
    sizeX: numberNow(pvs.SizeX),
    sizeY: numberNow(pvs.SizeY),
  },
});
