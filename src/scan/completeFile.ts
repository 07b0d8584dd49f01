import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errorMessage } from "../libcom/errorMessage.js";
import type { ScanContext } from "./context.js";
import { FIELD_DATASETS, FIELD_KINDS, type FieldKind, fieldsFileName } from "./fieldKinds.js";
import { readNumber, readText } from "./pvValues.js";
import { perform, type Step } from "./steps.js";
import { thetaAt, thetaIndex } from "./theta.js";

/** Adds the angle of every projection, by the ids that were stored with the frames. */
async function addTheta({ beamline, files, scan$ }: ScanContext, path: string): Promise<void> {
  const rule = scan$.value?.theta;
  if (rule === undefined) throw new Error("the angles are not known any more");
  const firstProjid = await readNumber(beamline.own("FirstProjid"));
  const projections = await readText(beamline.own("HDF5ProjectionLocation"));
  const { ids, locations } = await files.storedFrames(path);
  const stored = locations.length === 0 ? ids : ids.filter((_, index) => locations[index] === projections);
  await files.writeTheta(
    path,
    Float64Array.from(stored, (id) => thetaAt(rule, thetaIndex(id, firstProjid))),
  );
}

/** Keeps the latest fields under the name of the capture, and puts them into its file. */
async function addFields({ files }: ScanContext, path: string, kind: FieldKind): Promise<void> {
  const latest = join(dirname(path), fieldsFileName(kind));
  if (!existsSync(latest)) return;
  const own = join(dirname(path), `${kind}_fields_${basename(path)}`);
  await copyFile(latest, own);
  await files.copyStack(own, path, FIELD_DATASETS[kind]);
}

/** Makes a captured file a complete Data Exchange file. What cannot be added is logged: the frames are safe anyway. */
export const completeFile = (context: ScanContext, path: string): Step =>
  perform(async () => {
    const additions: [string, () => Promise<void>][] = [
      ["theta", () => addTheta(context, path)],
      ...FIELD_KINDS.map((kind): [string, () => Promise<void>] => [
        `${kind} fields`,
        () => addFields(context, path, kind),
      ]),
    ];
    for (const [what, add] of additions) {
      try {
        await add();
      } catch (error) {
        context.log.error(`${path}: ${what}: ${errorMessage(error)}`);
      }
    }
  });
