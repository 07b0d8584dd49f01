import { filter, ignoreElements, merge, take, timeout } from "rxjs";
import type { Pv } from "../records/pv.js";
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

const neededPvs = ({ beamline }: ScanContext): Pv[] => [
  ...["Acquire", "AcquireBusy", "AcquireTime", "AcquireTime_RBV", "Model_RBV", "PortName_RBV"].map(
    beamline.camera,
  ),
  ...["WaitForPlugins", "NDAttributesFile", "NDAttributesMacros"].map(beamline.camera),
  ...["Capture", "Capture_RBV", "NumCapture", "NumCaptured_RBV", "FullFileName_RBV", "FilePath"].map(
    beamline.file,
  ),
  ...["NDArrayPort", "EnableCallbacks", "FileWriteMode", "AutoSave", "XMLFileName"].map(beamline.file),
  ...["NDArrayPort", "EnableCallbacks"].flatMap((name) => [
    beamline.pva(name),
    beamline.roi(name),
    beamline.ring(name),
  ]),
  ...["Capture", "PreCount", "CurrentQty_RBV"].map(beamline.ring),
  ...["BinX", "BinY", "Scale"].map(beamline.roi),
  ...["VAL", "RBV", "VELO", "VMAX", "ACCL", "DIR"].map(beamline.rotation),
];

/**
 * What a scan uses later. A channel of another IOC takes a moment to connect, and a put to one that has not is lost: so all
 * are opened when the server starts.
 */
function openAhead({ beamline }: ScanContext): void {
  const { names } = beamline;
  for (const name of ["NumImages", "NumImagesCounter_RBV"]) beamline.camera(name);
  for (const name of ["FileName", "FileTemplate", "FileNumber", "AutoIncrement"]) beamline.file(name);
  for (const name of ["FileName_RBV", "FilePath_RBV", "FilePathExists_RBV", "WriteStatus"])
    beamline.file(name);
  for (const name of ["Capture_RBV", "PortName_RBV", "PostCount", "StatusMessage", "Trigger", "Trigger_RBV"])
    beamline.ring(name);
  beamline.roi("EnableScale");
  for (const name of ["CameraSelect", "LensSelect"]) beamline.optics(name);
  for (const name of ["ERES", "HOMF", "JAR", "JOGF", "JOGR", "JVEL", "OFF", "STOP"]) beamline.rotation(name);
  for (const name of [names.openShutter, names.closeShutter, names.openFastShutter, names.closeFastShutter])
    beamline.named(name);
  beamline.named(names.shutterStatus);
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
    [
      "PVs",
      sequence(
        perform(() => openAhead(context)),
        connected(context, neededPvs(context)),
      ),
    ],
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
