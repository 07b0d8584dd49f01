import { beginScan } from "./beginScan.js";
import type { ScanContext } from "./context.js";
import { atRest, type EndTask, returnRotation, type ScanProcedure, showFileName } from "./endScan.js";
import { prepareForProjections, showStatus } from "./fieldConditions.js";
import { moveSampleIn } from "./sample.js";
import { type ScanFile, scanFile } from "./scanFile.js";
import { closeBeam, openFrontEndShutter } from "./shutters.js";
import { type FieldPlans, fieldFrames, fieldsAfter, fieldsBefore } from "./staticFields.js";
import { after, nothing, type Step, sequence } from "./steps.js";
import { forgetTurns } from "./turns.js";

/** What a scan of one file is made of, as it is when it begins. */
export interface OneFilePlan {
  readonly fields: FieldPlans;
  /** Of each projection; without any only fields are taken. */
  readonly angles: readonly number[];
  /** What comes before the file is opened. */
  readonly prepare: Step;
  /** Takes the projections. */
  readonly project: Step;
}

const execute = (context: ScanContext, file: ScanFile, plan: OneFilePlan): Step => {
  const { fields, angles, prepare, project } = plan;
  return sequence(
    prepare,
    file.begin({ angles, fields: fieldFrames(fields) }),
    openFrontEndShutter(context),
    showStatus(context, "Moving rotation axis to start"),
    fieldsBefore(context, fields),
    angles.length === 0 ? nothing : sequence(prepareForProjections(context), project),
    fieldsAfter(context, fields),
  );
};

/** Dark fields, flat fields and one projection for each angle, in one file. `whenStill` puts back what the kind of scan has of its own. */
export const oneFileScan = (
  context: ScanContext,
  readPlan: () => Promise<OneFilePlan>,
  whenStill: readonly EndTask[] = [],
): ScanProcedure => {
  const file = scanFile(context);
  return {
    run: sequence(
      beginScan(context),
      after(readPlan, (plan) => execute(context, file, plan)),
    ),
    end: [
      ["fast shutter", closeBeam(context)],
      ...file.end,
      ...atRest(context),
      ...whenStill,
      ["sample", moveSampleIn(context)],
      forgetTurns(context),
      returnRotation(context),
      showFileName(context),
    ],
  };
};
