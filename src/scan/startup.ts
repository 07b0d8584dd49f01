import { filter, ignoreElements, merge, take, timeout } from "rxjs";
import type { Pv } from "../records/pv.js";
import type { Beamline } from "./beamline.js";
import type { ScanContext } from "./context.js";
import { readCountsPerRotation } from "./pso.js";
import { readText } from "./pvValues.js";
import { after, perform, put, putIfThere, type Step, sequence } from "./steps.js";
import { logged, resetButtons } from "./stream.js";

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

const NEEDED: readonly (readonly [part: Part, names: string])[] = [
  ["camera", "Acquire AcquireBusy AcquireTime AcquireTime_RBV ImageMode Model_RBV PortName_RBV TriggerMode"],
  ["camera", "NDAttributesFile NDAttributesMacros NumImages NumImagesCounter_RBV WaitForPlugins"],
  ["file", "Capture Capture_RBV NumCapture NumCaptured_RBV FullFileName_RBV FileWriteMode WriteStatus"],
  ["file", "FilePath FilePath_RBV FilePathExists_RBV FileName FileName_RBV FileTemplate FileNumber"],
  ["file", "AutoIncrement AutoSave EnableCallbacks NDArrayPort XMLFileName"],
  ["pva", "EnableCallbacks NDArrayPort"],
  ["roi", "BinX BinY EnableCallbacks NDArrayPort Scale"],
  ["ring", "Capture Capture_RBV CurrentQty_RBV EnableCallbacks NDArrayPort PortName_RBV PostCount PreCount"],
  ["ring", "StatusMessage Trigger Trigger_RBV"],
  ["rotation", "ACCL DIR ERES HOMF JAR JOGF JOGR JVEL OFF RBV STOP VAL VELO VMAX"],
];

/** What only some cameras, plugins or beamlines have. */
const OPTIONAL: readonly (readonly [part: Part, names: string])[] = [
  ["camera", "ArrayCallbacks ExposureMode FrameRateEnable TriggerOverlap TriggerSource"],
  ["roi", "EnableScale"],
  [
    "optics",
    "CameraSelect Camera0PVPrefix Camera1PVPrefix FilePlugin0PVPrefix FilePlugin1PVPrefix LensSelect",
  ],
];

const open = (beamline: Beamline, parts: typeof NEEDED): Pv[] =>
  parts.flatMap(([part, names]) => names.split(" ").map(beamline[part]));

/**
 * Opens what a scan uses later. A channel of another IOC takes a moment to connect, and a put to one that has not is lost: so all
 * are opened when the server starts. Returns those that have to be there.
 */
function openAhead({ beamline }: ScanContext): Pv[] {
  const { names } = beamline;
  open(beamline, OPTIONAL);
  const shutters = [names.openShutter, names.closeShutter, names.openFastShutter, names.closeFastShutter];
  const named = [...shutters, names.shutterStatus]
    .map((name) => beamline.named(name))
    .filter((pv) => pv !== undefined);
  return [...open(beamline, NEEDED), ...named, beamline.sampleX, beamline.sampleY];
}

/** The record that names the server's own prefix to the camera's attributes, as the HDF5 layout expects it. */
const attributeMacros = ({ beamline }: ScanContext): string =>
  `DET=${beamline.names.camera},TS=${beamline.prefix}`;

const copyFileNames = ({ beamline, times }: ScanContext): Step =>
  after(
    () => Promise.all([readText(beamline.own("FilePath")), readText(beamline.own("FileName"))]),
    ([path, name]) =>
      sequence(
        putIfThere(beamline.file("FilePath"), path, times.put),
        putIfThere(beamline.file("FileName"), name, times.put),
      ),
  );

const connectPlugins = ({ beamline, times }: ScanContext): Step =>
  after(
    () => readText(beamline.camera("PortName_RBV")),
    (port) =>
      sequence(
        putIfThere(beamline.pva("NDArrayPort"), "ROI1", times.put),
        ...[beamline.roi, beamline.ring, beamline.file].map((plugin) =>
          putIfThere(plugin("NDArrayPort"), port, times.put),
        ),
        ...[beamline.pva, beamline.roi, beamline.ring, beamline.file].map((plugin) =>
          putIfThere(plugin("EnableCallbacks"), 1, times.put),
        ),
      ),
  );

const CONTROLS = ["StartScan", "AbortScan", "MoveSampleIn", "MoveSampleOut"] as const;

/** Brings records, camera and plugins to where a scan can start from, when the server starts or another camera is chosen. */
export const startUp = (context: ScanContext): Step => {
  const { beamline, times } = context;
  const steps: [string, Step][] = [
    ["buttons", sequence(...CONTROLS.map((name) => put(beamline.own(name), 0)), resetButtons(context))],
    ["PVs", connected(context, openAhead(context))],
    ["WaitForPlugins", putIfThere(beamline.camera("WaitForPlugins"), 1, times.put)],
    ["file path", copyFileNames(context)],
    ["AutoSave", putIfThere(beamline.file("AutoSave"), 0, times.put)],
    ["FileWriteMode", putIfThere(beamline.file("FileWriteMode"), "Stream", times.put)],
    ["counts per rotation", readCountsPerRotation(context)],
    ["plugins", connectPlugins(context)],
    ["layout", putIfThere(beamline.file("XMLFileName"), "TomoScanLayout.xml", times.put)],
    ["attributes", putIfThere(beamline.camera("NDAttributesMacros"), attributeMacros(context), times.put)],
    [
      "attributes",
      putIfThere(beamline.camera("NDAttributesFile"), "TomoScanDetectorAttributes.xml", times.put),
    ],
    ["AutoIncrement", putIfThere(beamline.file("AutoIncrement"), 1, times.put)],
    ["OverwriteWarning", put(beamline.own("OverwriteWarning"), 1)],
  ];
  return sequence(...steps.map(([what, step]) => logged(context, `start: ${what}`, step)));
};
