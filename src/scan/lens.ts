import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { scan as accumulate, concatMap, EMPTY, filter, type Observable, skip } from "rxjs";
import { number$ } from "../records/pvStreams.js";
import { isGiven, NAME_RECORDS } from "./beamline.js";
import type { ScanContext } from "./context.js";
import { FIELD_KINDS, fieldsFileName } from "./fieldKinds.js";
import { broadcastFields } from "./fields.js";
import { fileFolder } from "./fileSettings.js";
import { reported } from "./logged.js";
import { readText } from "./pvValues.js";
import { after, changes$, nothing, perform, type Step, sequence } from "./steps.js";

const LENSES = 3;

async function copyIfThere(from: string, to: string): Promise<void> {
  if (existsSync(from)) await copyFile(from, to);
}

/** Dark and flat fields belong to a lens: those of the old one are kept, those of the new one come back. */
const exchangeFields = (context: ScanContext, before: number, now: number): Step =>
  sequence(
    perform(async () => {
      const folder = await fileFolder(context);
      for (const kind of FIELD_KINDS) {
        const latest = join(folder, fieldsFileName(kind));
        await copyIfThere(latest, join(folder, `${kind}_fields_${before}.h5`));
        await copyIfThere(join(folder, `${kind}_fields_${now}.h5`), latest);
      }
    }),
    ...FIELD_KINDS.map((kind) => broadcastFields(context, kind)),
  );

const exchangeWithLens = (context: ScanContext): Observable<never> =>
  number$(context.beamline.optics("LensSelect")).pipe(
    filter((lens) => lens >= 0 && lens < LENSES),
    accumulate((pair: readonly [number, number] | undefined, lens) => {
      const before = pair?.[1] ?? lens;
      return [before, lens] as const;
    }, undefined),
    skip(1),
    concatMap((pair) => {
      const isChange = pair !== undefined && pair[0] !== pair[1] && context.scan$.value !== undefined;
      return isChange ? reported(context, "LensSelect", exchangeFields(context, pair[0], pair[1])) : nothing;
    }),
  );

/** Follows the lens while scans run. */
export const followLens = (context: ScanContext): Observable<never> =>
  isGiven(context.beamline.names.mctOptics) ? exchangeWithLens(context) : EMPTY;

/** What each camera of the optics has of its own, and the record that names it here. */
const CAMERA_PARTS: readonly (readonly [part: string, record: string])[] = [
  ["FilePlugin", NAME_RECORDS.filePlugin],
  ["PvaPlugin", NAME_RECORDS.pvaPlugin],
  ["RoiPlugin", NAME_RECORDS.roiPlugin],
  ["CbPlugin", NAME_RECORDS.circularBuffer],
  ["Camera", NAME_RECORDS.camera],
];

/**
 * Takes the parts that the optics name for a camera; the others stay where they are. All names are written at once, because this
 * server ends with the first that changes: another one begins with the new names.
 */
const takeCamera = ({ beamline }: ScanContext, camera: number): Step =>
  after(
    () =>
      Promise.all(
        CAMERA_PARTS.map(async ([part, record]) => {
          const pv = beamline.optics(`${part}${camera}PVPrefix`);
          return { record, prefix: pv.connected ? await readText(pv) : "" };
        }),
      ),
    (names) =>
      perform(() => {
        for (const { record, prefix } of names) if (prefix !== "") beamline.own(record).write(prefix);
      }),
  );

/** The other camera of the optics, with its plugins, between scans. */
export const followCamera = (context: ScanContext): Observable<never> => {
  const { beamline, running$ } = context;
  if (!isGiven(beamline.names.mctOptics)) return EMPTY;
  return changes$(beamline.optics("CameraSelect")).pipe(
    filter(() => !running$.value),
    concatMap((selected) => reported(context, "CameraSelect", takeCamera(context, selected === 0 ? 0 : 1))),
  );
};
