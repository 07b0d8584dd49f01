import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { scan as accumulate, concatMap, filter, type Observable, skip } from "rxjs";
import { number$ } from "../records/pvStreams.js";
import type { ScanContext } from "./context.js";
import { FIELD_KINDS, fieldsFileName } from "./fieldKinds.js";
import { broadcastFields } from "./fields.js";
import { fileFolder } from "./fileSettings.js";
import { readText } from "./pvValues.js";
import { after, changes$, nothing, perform, put, type Step, sequence } from "./steps.js";

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

/** Follows the lens while scans run. */
export const followLens = (context: ScanContext): Observable<never> =>
  number$(context.beamline.optics("LensSelect")).pipe(
    filter((lens) => lens >= 0 && lens < LENSES),
    accumulate((pair: readonly [number, number] | undefined, lens) => {
      const before = pair?.[1] ?? lens;
      return [before, lens] as const;
    }, undefined),
    skip(1),
    concatMap((pair) => {
      const isChange = pair !== undefined && pair[0] !== pair[1] && context.scan$.value !== undefined;
      return isChange ? exchangeFields(context, pair[0], pair[1]) : nothing;
    }),
  );

/** The other camera of the optics, with its file plugin, between scans. */
export const followCamera = ({ beamline, running$ }: ScanContext): Observable<never> =>
  changes$(beamline.optics("CameraSelect")).pipe(
    filter(() => !running$.value),
    concatMap((camera) => {
      const which = camera === 0 ? 0 : 1;
      return after(
        () =>
          Promise.all([
            readText(beamline.optics(`Camera${which}PVPrefix`)),
            readText(beamline.optics(`FilePlugin${which}PVPrefix`)),
          ]),
        ([cameraPrefix, filePrefix]) =>
          sequence(
            put(beamline.own("FilePluginPVPrefix"), filePrefix),
            put(beamline.own("CameraPVPrefix"), cameraPrefix),
          ),
      );
    }),
  );
