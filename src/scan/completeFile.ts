import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errorMessage } from "../libcom/errorMessage.js";
import type { ScanContext } from "./context.js";
import { FIELD_WORDS } from "./fieldConditions.js";
import { FIELD_DATASETS, FIELD_KINDS, type FieldKind, fieldsFileName } from "./fieldKinds.js";
import { readLastFrameId } from "./frameIds.js";
import { readNumber, readText } from "./pvValues.js";
import { perform, type Step } from "./steps.js";
import { angleOfFrame, firstFrameId, unwrapIds } from "./theta.js";

/** Ids of the projections of a file, in storage order. */
async function projectionIds({ beamline, files }: ScanContext, path: string): Promise<readonly number[]> {
  const projections = await readText(beamline.own("HDF5ProjectionLocation"));
  const { ids, locations } = await files.storedFrames(path);
  return locations.length === 0 ? ids : ids.filter((_, index) => locations[index] === projections);
}

/** Adds the angle of every projection of a stream, by the ids that were stored with the frames. */
async function addStreamTheta(context: ScanContext, path: string): Promise<void> {
  const known = context.scan$.value?.angles;
  if (known === undefined) throw new Error("the angles are not known any more");
  // A camera of another kind may need another FirstProjid: then somebody has set it.
  const angles = { ...known, firstProjid: await readNumber(context.beamline.own("FirstProjid")) };
  const ids = unwrapIds(await projectionIds(context, path), await readLastFrameId(context));
  await context.files.writeTheta(
    path,
    Float64Array.from(ids, (id) => angleOfFrame(angles, id)),
  );
}

/** No longer list of angles is of use to anybody. */
const LISTED = 10;

const describeMissing = (angles: readonly number[]): string =>
  `no projection at ${angles.slice(0, LISTED).join(" ")}${
    angles.length > LISTED ? ` and ${angles.length - LISTED} more` : ""
  } degrees`;

/**
 * Adds the angles of a scan that does not stream, and tells which of them have no frame. Nothing is added to a file without
 * projections.
 */
export async function addTheta(context: ScanContext, path: string, angles: readonly number[]): Promise<void> {
  const ids = await projectionIds(context, path);
  const first = firstFrameId(ids, angles.length);
  const indices = ids.map((id) => id - first);
  if (indices.length > 0)
    await context.files.writeTheta(
      path,
      Float64Array.from(indices, (index) => angles[index] ?? Number.NaN),
    );
  const taken = new Set(indices);
  const missing = angles.filter((_, index) => !taken.has(index));
  if (missing.length > 0) context.log.warn(`${path}: ${describeMissing(missing)}`);
}

/** Tells which dark and flat fields of a scan that does not stream did not get into its file. */
export async function tellMissingFields(
  { beamline, files, log }: ScanContext,
  path: string,
  expected: Readonly<Record<FieldKind, number>>,
): Promise<void> {
  const { locations } = await files.storedFrames(path);
  for (const kind of FIELD_KINDS) {
    const place = await readText(beamline.own(FIELD_WORDS[kind].location));
    const stored = locations.filter((location) => location === place).length;
    if (stored < expected[kind]) log.warn(`${path}: ${stored} of ${expected[kind]} ${kind} fields`);
  }
}

/** Puts the latest fields into the file of a capture, and keeps them under its name where they are wanted besides. */
async function addFields(
  { files }: ScanContext,
  path: string,
  kind: FieldKind,
  besides: boolean,
): Promise<void> {
  const latest = join(dirname(path), fieldsFileName(kind));
  if (!existsSync(latest)) return;
  await files.copyStack(latest, path, FIELD_DATASETS[kind]);
  if (besides) await copyFile(latest, join(dirname(path), `${kind}_fields_${basename(path)}`));
}

/**
 * Makes a captured file a complete Data Exchange file; its dark and flat fields are also kept in files of their own where they are wanted
 * `besides`. What cannot be added is logged: the frames are safe anyway.
 */
export const completeFile = (context: ScanContext, path: string, besides: boolean): Step =>
  perform(async () => {
    const additions: [string, () => Promise<void>][] = [
      ["theta", () => addStreamTheta(context, path)],
      ...FIELD_KINDS.map((kind): [string, () => Promise<void>] => [
        `${kind} fields`,
        () => addFields(context, path, kind, besides),
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
