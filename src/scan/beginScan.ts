import { stopAcquisition } from "./camera.js";
import type { ScanContext } from "./context.js";
import { exposeForScan, showStatus } from "./fieldConditions.js";
import { keepExistingFiles } from "./overwrite.js";
import { partsConnected } from "./parts.js";
import { connectPlugins, describeFrames, prepareFrames } from "./plugins.js";
import { readText } from "./pvValues.js";
import { after, putAndWait, type Step, sequence, when } from "./steps.js";

/** Data of an experiment go to <top>/<year and month>/<user>/, as soon as somebody has filled in who and where. */
const setDataFolder = ({ beamline, times }: ScanContext): Step =>
  after(
    () =>
      Promise.all([
        readText(beamline.own("DetectorTopDir")),
        readText(beamline.own("ExperimentYearMonth")),
        readText(beamline.own("UserLastName")),
      ]),
    ([top, month, user]) =>
      when(
        top !== "" && top !== "Unknown",
        putAndWait(beamline.own("FilePath"), `${top}${month}/${user}/`, times.put),
      ),
  );

const copyText = ({ beamline, times }: ScanContext, name: "FilePath" | "FileName"): Step =>
  after(
    () => readText(beamline.own(name)),
    (text) => putAndWait(beamline.file(name), text, times.put),
  );

/** How every scan begins: the camera stands still, exposure and file are those of the scan. */
export const beginScan = (context: ScanContext): Step =>
  sequence(
    setDataFolder(context),
    showStatus(context, "Beginning scan"),
    // Another IOC may be on its way back: its cable is in again, or it has been restarted.
    partsConnected(context),
    stopAcquisition(context.beamline, context.times),
    prepareFrames(context),
    connectPlugins(context),
    describeFrames(context),
    exposeForScan(context),
    copyText(context, "FilePath"),
    copyText(context, "FileName"),
    keepExistingFiles(context),
  );
