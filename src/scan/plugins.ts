import { catchError, defer } from "rxjs";
import { Severity } from "../channel/alarm.js";
import type { Pv } from "../records/pv.js";
import type { ScanContext } from "./context.js";
import { readText } from "./pvValues.js";
import type { ScanKind } from "./scanKind.js";
import { after, nothing, putAndWait, putIfThere, type Step, sequence } from "./steps.js";

const enable = ({ times }: ScanContext, plugin: (name: string) => Pv, enabled: boolean): Step =>
  putIfThere(plugin("EnableCallbacks"), enabled ? 1 : 0, times.put);

/** Live images of a stream come through the region plugin, captures and the ring take the camera's. */
const connectStream = (context: ScanContext): Step => {
  const { beamline, times } = context;
  return after(
    () => readText(beamline.camera("PortName_RBV")),
    (port) =>
      sequence(
        putIfThere(beamline.pva("NDArrayPort"), "ROI1", times.put),
        ...[beamline.roi, beamline.ring, beamline.file].map((plugin) =>
          putIfThere(plugin("NDArrayPort"), port, times.put),
        ),
        ...[beamline.pva, beamline.roi, beamline.ring, beamline.file].map((plugin) =>
          enable(context, plugin, true),
        ),
      ),
  );
};

/** Port of the plugin that draws into the live images of 2-BM. */
const OVERLAY = "OVER1";

/** A plugin whose NDArrayPort is no port says so by its alarm. */
const isRefused = async (pv: Pv): Promise<boolean> => (await pv.read()).severity === Severity.INVALID;

/** Live images with the overlay where there is one, else the camera's own. */
const showLiveImages = (context: ScanContext, cameraPort: string): Step => {
  const { beamline, times } = context;
  const port = beamline.pva("NDArrayPort");
  const choose = sequence(
    putAndWait(port, OVERLAY, times.put).pipe(catchError(() => nothing)),
    after(
      () => isRefused(port),
      (refused) => (refused ? putAndWait(port, cameraPort, times.put) : nothing),
    ),
  );
  return defer(() => (port.connected ? choose : nothing));
};

/** The file plugin takes the camera's frames; the plugins of a stream stand still. */
const connectFile = (context: ScanContext): Step => {
  const { beamline, times } = context;
  return after(
    () => readText(beamline.camera("PortName_RBV")),
    (port) =>
      sequence(
        showLiveImages(context, port),
        enable(context, beamline.pva, true),
        enable(context, beamline.roi, false),
        enable(context, beamline.ring, false),
        putIfThere(beamline.file("NDArrayPort"), port, times.put),
        enable(context, beamline.file, true),
      ),
  );
};

const CONNECT: Readonly<Record<ScanKind, (context: ScanContext) => Step>> = {
  stream: connectStream,
  fly: connectFile,
  step: connectFile,
};

/** Gives each plugin the frames that this kind of scan wants it to have; another server may have arranged them otherwise. */
export const connectPlugins = (context: ScanContext): Step => CONNECT[context.kind](context);

/** How the camera counts frames and the file plugin stores them; again before each scan, because their IOC may have started after this one. */
export const prepareFrames = ({ beamline, times }: ScanContext): Step =>
  sequence(
    putIfThere(beamline.camera("WaitForPlugins"), 1, times.put),
    // Every acquisition counts its frames from the first: angles follow from that.
    putIfThere(beamline.camera("UniqueIdMode"), "Camera", times.put),
    putIfThere(beamline.file("AutoSave"), 0, times.put),
    putIfThere(beamline.file("AutoIncrement"), 1, times.put),
    putIfThere(beamline.file("FileWriteMode"), "Stream", times.put),
  );

/** What is stored with each frame: the layout of the files, and the server's records that the layout names. */
export const describeFrames = ({ beamline, times }: ScanContext): Step => {
  const macros = `DET=${beamline.names.camera},TS=${beamline.prefix}`;
  return sequence(
    putIfThere(beamline.file("XMLFileName"), "TomoScanLayout.xml", times.put),
    putIfThere(beamline.camera("NDAttributesMacros"), macros, times.put),
    putIfThere(beamline.camera("NDAttributesFile"), "TomoScanDetectorAttributes.xml", times.put),
  );
};
