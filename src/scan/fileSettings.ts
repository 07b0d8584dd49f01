import { catchError, concat, finalize, throwError } from "rxjs";
import type { Pv } from "../records/pv.js";
import type { ScanContext } from "./context.js";
import { readText } from "./pvValues.js";
import { after, perform, putAndWait, type Step, sequence } from "./steps.js";

/** Settings of the file plugin that special files need otherwise than captures do. */
export interface FileSettings {
  readonly FileName?: string;
  readonly FileTemplate?: string;
  readonly AutoIncrement?: string;
  readonly NDArrayPort?: string;
}

const NAMES = ["FileName", "FileTemplate", "AutoIncrement", "NDArrayPort"] as const;

/** A file of exactly this name, overwritten each time. */
export const fixedName = (name: string, port?: string): FileSettings => ({
  FileName: name,
  FileTemplate: "%s%s",
  AutoIncrement: "No",
  ...(port === undefined ? {} : { NDArrayPort: port }),
});

/** Runs `body` with other settings of the file plugin and puts the present ones back however it ends. */
export function withFileSettings({ beamline, times }: ScanContext, settings: FileSettings, body: Step): Step {
  const changed = NAMES.filter((name) => settings[name] !== undefined);
  const readSaved = (): Promise<[Pv, string][]> =>
    Promise.all(
      changed.map(
        async (name): Promise<[Pv, string]> => [beamline.file(name), await readText(beamline.file(name))],
      ),
    );
  return after(readSaved, (saved) => {
    let restored = false;
    const restore = sequence(
      ...saved.map(([pv, value]) => putAndWait(pv, value, times.put)),
      perform(() => {
        restored = true;
      }),
    );
    const apply = sequence(
      ...changed.map((name) => putAndWait(beamline.file(name), settings[name] ?? "", times.put)),
    );
    return concat(
      sequence(apply, body).pipe(
        catchError((error) =>
          concat(
            restore,
            throwError(() => error),
          ),
        ),
      ),
      restore,
    ).pipe(
      finalize(() => {
        if (!restored) for (const [pv, value] of saved) pv.write(value);
      }),
    );
  });
}

/** Where the file plugin writes: the folder of its last file, or the one set for the next. */
export async function fileFolder({ beamline }: ScanContext): Promise<string> {
  const path = await readText(beamline.file("FullFileName_RBV"));
  const slash = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return slash >= 0
    ? path.slice(0, slash)
    : (await readText(beamline.file("FilePath_RBV"))).replace(/[/\\]$/, "");
}
