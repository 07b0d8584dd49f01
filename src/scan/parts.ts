import { defer, filter, ignoreElements, merge, take, timeout } from "rxjs";
import type { Pv } from "../records/pv.js";
import { type Beamline, type BeamlineNames, isGiven, NAME_RECORDS } from "./beamline.js";
import type { ScanContext } from "./context.js";
import type { ScanKind } from "./scanKind.js";
import { perform, type Step, sequence } from "./steps.js";

/** Waits until these PVs are connected, but not for ever: those that are missing are named in one line. */
const connected = ({ times, log }: ScanContext, pvs: readonly Pv[]): Step =>
  sequence(
    merge(
      ...pvs.map((pv) =>
        pv.connected$.pipe(
          filter((isConnected) => isConnected),
          take(1),
          timeout({ first: times.connect * 1000, with: () => [] }),
          ignoreElements(),
        ),
      ),
    ),
    perform(() => {
      const missing = pvs.filter((pv) => !pv.connected).map((pv) => pv.name);
      if (missing.length > 0) log.warn(`not connected: ${missing.join(" ")}`);
    }),
  );

type Part = "camera" | "file" | "pva" | "roi" | "ring" | "rotation" | "optics";

type Parts = readonly (readonly [part: Part, names: string])[];

const NEEDED_BY_ALL: Parts = [
  ["camera", "Acquire AcquireBusy AcquireTime AcquireTime_RBV ImageMode Model_RBV PortName_RBV TriggerMode"],
  ["camera", "NDAttributesFile NDAttributesMacros NumImages NumImagesCounter_RBV WaitForPlugins"],
  ["file", "Capture Capture_RBV NumCapture NumCaptured_RBV FullFileName_RBV FileWriteMode WriteStatus"],
  ["file", "FilePath FilePath_RBV FilePathExists_RBV FileName FileName_RBV FileTemplate FileNumber"],
  ["file", "AutoIncrement AutoSave EnableCallbacks NDArrayPort XMLFileName"],
  ["rotation", "DMOV RBV STOP VAL VELO VMAX"],
];

const NEEDED_BY_FIELDS: Parts = [
  ["camera", "PixelFormat"],
  ["rotation", "SET"],
];

const NEEDED_BY_PULSES: Parts = [["rotation", "ACCL DIR HOMF"]];

const NEEDED: Readonly<Record<ScanKind, Parts>> = {
  stream: [
    ...NEEDED_BY_ALL,
    ...NEEDED_BY_PULSES,
    ["pva", "EnableCallbacks NDArrayPort"],
    ["roi", "BinX BinY EnableCallbacks NDArrayPort Scale"],
    ["ring", "Capture Capture_RBV CurrentQty_RBV EnableCallbacks NDArrayPort PortName_RBV PostCount"],
    ["ring", "PreCount StatusMessage Trigger Trigger_RBV"],
    ["rotation", "ERES JAR JOGF JOGR JVEL OFF"],
  ],
  fly: [...NEEDED_BY_ALL, ...NEEDED_BY_PULSES, ...NEEDED_BY_FIELDS, ["rotation", "JVEL"]],
  step: [...NEEDED_BY_ALL, ...NEEDED_BY_FIELDS, ["camera", "TriggerSoftware"]],
};

/** What only some cameras, plugins or beamlines have. */
const OPTIONAL: Parts = [
  ["camera", "AcquisitionFrameRate ArrayCallbacks ExposureMode FrameRateEnable GC_VideoMode_RBV"],
  ["camera", "TriggerOverlap TriggerSource UniqueId_RBV UniqueIdMode"],
  ["camera", "StartedFrameCount DeliveredFrameCount DroppedFrameCount LostFrameCount"],
  ["file", "UniqueId_RBV"],
  ["pva", "EnableCallbacks NDArrayPort"],
  ["roi", "EnableCallbacks EnableScale EnableX_RBV EnableY_RBV MinX_RBV MinY_RBV SizeX_RBV SizeY_RBV"],
  ["ring", "EnableCallbacks"],
  ["optics", "CameraSelect Camera0PVPrefix Camera1PVPrefix FilePlugin0PVPrefix FilePlugin1PVPrefix"],
  ["optics", "PvaPlugin0PVPrefix PvaPlugin1PVPrefix RoiPlugin0PVPrefix RoiPlugin1PVPrefix"],
  ["optics", "CbPlugin0PVPrefix CbPlugin1PVPrefix ImagePixelSize LensSelect"],
];

/** The name that says where a part is. */
const PLACES: Readonly<Record<Part, keyof BeamlineNames>> = {
  camera: "camera",
  file: "filePlugin",
  pva: "pvaPlugin",
  roi: "roiPlugin",
  ring: "circularBuffer",
  rotation: "rotation",
  optics: "mctOptics",
};

/** Opens the PVs of parts that have a place. */
const open = (beamline: Beamline, parts: Parts): Pv[] =>
  parts
    .filter(([part]) => isGiven(beamline.names[PLACES[part]]))
    .flatMap(([part, names]) => names.split(" ").map(beamline[part]));

/** Records of boot scripts with too few macros name nothing; a scan that needs the part fails with its PVs' names. */
export const warnOfMissingParts = ({ beamline, kind, log }: ScanContext): Step =>
  perform(() => {
    const missing = new Set(
      NEEDED[kind].map(([part]) => PLACES[part]).filter((place) => !isGiven(beamline.names[place])),
    );
    for (const place of missing) log.warn(`${beamline.prefix}${NAME_RECORDS[place]} names nothing`);
  });

/**
 * Opens what a scan uses later. A channel of another IOC takes a moment to connect, and a put to one that has not is lost: so all
 * are opened when the server starts. Returns those that have to be there.
 */
function openAhead({ beamline, kind }: ScanContext): Pv[] {
  const { names } = beamline;
  open(beamline, OPTIONAL);
  const shutters = [names.openShutter, names.closeShutter, names.openFastShutter, names.closeFastShutter];
  const named = [...shutters, names.shutterStatus]
    .map((name) => beamline.named(name))
    .filter((pv) => pv !== undefined);
  if (kind === "fly")
    for (const field of ["HLM", "LLM", "STOP", "VELO", "VMAX"]) beamline.sampleYField(field);
  return [...open(beamline, NEEDED[kind]), ...named, beamline.sampleX, beamline.sampleY];
}

/** Waits for what a scan needs, but not for ever: what is still missing fails by its name when its turn comes. */
export const partsConnected = (context: ScanContext): Step =>
  defer(() => connected(context, openAhead(context)));
