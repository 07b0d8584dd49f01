import { existsSync } from "node:fs";
import type { ScanContext } from "./context.js";
import { readNumber, readText } from "./pvValues.js";
import { after, nothing, perform, put, type Step, sequence } from "./steps.js";

/** A file name from a template of areaDetector: `%s%s_%3.3d.h5` with path, name and number. */
export function fileNameFrom(template: string, path: string, name: string, number: number): string {
  const texts = [path, name];
  return template.replace(/%(0?)(\d*)(?:\.(\d+))?([sd])/g, (_, zero, width, digits, kind) => {
    if (kind === "s") return texts.shift() ?? "";
    const text = String(number).padStart(Number(digits ?? 0), "0");
    return text.padStart(Number(width), zero === "" ? " " : "0");
  });
}

const HIGHEST_NUMBER = 1_000_000;

/** The first number from `number` on whose file does not exist; undefined when the name has no number. */
function freeNumber(template: string, path: string, name: string, number: number): number | undefined {
  if (!/%[\d.]*d/.test(template)) return undefined;
  for (let free = number; free < HIGHEST_NUMBER; free++)
    if (!existsSync(fileNameFrom(template, path, name, free))) return free;
  return undefined;
}

/**
 * With OverwriteWarning set, no capture of the scan replaces a file that exists: the file number goes on to the first
 * free one. Nobody has to answer a question on the server's screen.
 */
export const keepExistingFiles = (context: ScanContext): Step => {
  const { beamline, log } = context;
  const facts = async () => ({
    warn: (await readNumber(beamline.own("OverwriteWarning"))) !== 0,
    template: await readText(beamline.file("FileTemplate")),
    // What the file plugin was told: its readbacks may not have followed yet.
    path: (await readText(beamline.own("FilePath"))).replace(/[^/\\]$/, "$&/"),
    name: await readText(beamline.own("FileName")),
    number: await readNumber(beamline.file("FileNumber")),
  });
  return after(facts, ({ warn, template, path, name, number }) => {
    if (!warn || !existsSync(fileNameFrom(template, path, name, number))) return nothing;
    const free = freeNumber(template, path, name, number);
    if (free === undefined)
      return perform(() => {
        throw new Error(`${fileNameFrom(template, path, name, number)} exists already`);
      });
    return sequence(
      perform(() => log.info(`file number ${number} exists already, going on with ${free}`)),
      put(beamline.file("FileNumber"), free),
    );
  });
};
