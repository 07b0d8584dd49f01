import type { ScanContext } from "./context.js";
import { logged } from "./logged.js";
import { partsConnected, warnOfMissingParts } from "./parts.js";
import { connectPlugins, describeFrames, prepareFrames } from "./plugins.js";
import { readCountsPerRotation } from "./pso.js";
import { readText } from "./pvValues.js";
import { after, nothing, put, putIfThere, type Step, sequence } from "./steps.js";
import { resetButtons } from "./stream.js";

const copyFileNames = ({ beamline, times }: ScanContext): Step =>
  after(
    () => Promise.all([readText(beamline.own("FilePath")), readText(beamline.own("FileName"))]),
    ([path, name]) =>
      sequence(
        putIfThere(beamline.file("FilePath"), path, times.put),
        putIfThere(beamline.file("FileName"), name, times.put),
      ),
  );

const CONTROLS = ["StartScan", "AbortScan", "MoveSampleIn", "MoveSampleOut"] as const;

/** Brings records, camera and plugins to where a scan can start from, when the server starts or another camera is chosen. */
export const startUp = (context: ScanContext): Step => {
  const { beamline, kind } = context;
  const steps: [string, Step][] = [
    ["buttons", sequence(...CONTROLS.map((name) => put(beamline.own(name), 0)))],
    ["streaming buttons", kind === "stream" ? resetButtons(context) : nothing],
    ["parts", warnOfMissingParts(context)],
    ["PVs", partsConnected(context)],
    ["file path", copyFileNames(context)],
    ["controller", kind === "step" ? nothing : readCountsPerRotation(context)],
    ["ProgramPSO", kind === "fly" ? put(beamline.own("ProgramPSO"), 1) : nothing],
    ["camera and file plugin", prepareFrames(context)],
    ["plugins", connectPlugins(context)],
    ["frames", describeFrames(context)],
    ["OverwriteWarning", put(beamline.own("OverwriteWarning"), 1)],
  ];
  return sequence(...steps.map(([what, step]) => logged(context, `start: ${what}`, step)));
};
