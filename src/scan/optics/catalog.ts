import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { errorMessage } from "../../libcom/errorMessage.js";
import { failed, ok, type Result } from "../../libcom/result.js";

const lens = z.object({ magnification: z.number().positive(), tube_lens: z.number() });
const camera = z.object({ detector_pixel_size: z.number().positive() });
const scintillator = z.object({ scintillator_type: z.string(), scintillator_thickness: z.number() });

/** What is known of lenses by name without the x, of cameras by name, and of the scintillator at each lens position. */
const FILES = {
  lenses: { name: "lens.json", schema: z.record(z.string(), lens) },
  cameras: { name: "camera.json", schema: z.record(z.string(), camera) },
  scintillators: { name: "scintillator.json", schema: z.record(z.string(), scintillator) },
} as const;

export interface OpticsCatalog {
  readonly lenses: Readonly<Record<string, z.infer<typeof lens>>>;
  readonly cameras: Readonly<Record<string, z.infer<typeof camera>>>;
  readonly scintillators: Readonly<Record<string, z.infer<typeof scintillator>>>;
}

/** The optics of 2-BM: magnifications as measured there, pixel sizes in micrometres (xray-imaging/mctoptics). */
export const OPTICS_OF_2BM: OpticsCatalog = {
  lenses: {
    "100": { magnification: 100, tube_lens: 1 },
    "50": { magnification: 50, tube_lens: 1 },
    "20": { magnification: 20, tube_lens: 1 },
    "10": { magnification: 9.83502809397156, tube_lens: 1 },
    "7.5": { magnification: 7.5, tube_lens: 1 },
    "5": { magnification: 4.93246807835333, tube_lens: 1 },
    "2": { magnification: 2, tube_lens: 1 },
    "1.1": { magnification: 1.10370685545919, tube_lens: 1 },
    "1": { magnification: 1.10370685545919, tube_lens: 1 },
  },
  cameras: {
    "Grasshopper3 GS3-U3-23S6M": { detector_pixel_size: 5.86 },
    "Grasshopper3 GS3-U3-51S5M": { detector_pixel_size: 3.45 },
    "Oryx ORX-10G-51S5M": { detector_pixel_size: 3.45 },
    "Q-12A180-Fm/CXP-6": { detector_pixel_size: 5.5 },
    "ORYX 5MP": { detector_pixel_size: 3.45 },
    "ORYX 31MP": { detector_pixel_size: 3.45 },
    ADIMEC: { detector_pixel_size: 5.5 },
  },
  scintillators: {
    "0": { scintillator_type: "LuAG", scintillator_thickness: 100 },
    "1": { scintillator_type: "LuAG", scintillator_thickness: 50 },
    "2": { scintillator_type: "GGG:Eu - ESRF", scintillator_thickness: 17 },
  },
};

function readTable<T>(
  directory: string,
  { name, schema }: { name: string; schema: z.ZodType<T> },
): Result<T> {
  const path = join(directory, name);
  try {
    const parsed = schema.safeParse(JSON.parse(readFileSync(path, "utf8")));
    return parsed.success ? ok(parsed.data) : failed(`${path}: ${z.prettifyError(parsed.error)}`);
  } catch (error) {
    return failed(`${path}: ${errorMessage(error)}`);
  }
}

/** A catalog from the three files of mctoptics' `data` directory; a file that cannot be read is told to `warn` and 2-BM's table stays. */
export function readCatalog(directory: string, warn: (problem: string) => void): OpticsCatalog {
  const table = <T>(file: { name: string; schema: z.ZodType<T> }, otherwise: T): T => {
    const read = readTable(directory, file);
    if (read.ok) return read.value;
    warn(read.error);
    return otherwise;
  };
  return {
    lenses: table(FILES.lenses, OPTICS_OF_2BM.lenses),
    cameras: table(FILES.cameras, OPTICS_OF_2BM.cameras),
    scintillators: table(FILES.scintillators, OPTICS_OF_2BM.scintillators),
  };
}

/** "5x" and "5X" are the lens 5. */
export const lensNamed = ({ lenses }: OpticsCatalog, name: string) =>
  lenses[name.toUpperCase().replace("X", "").trim()];

export function cameraNamed({ cameras }: OpticsCatalog, name: string) {
  const wanted = name.trim().toUpperCase();
  return Object.entries(cameras).find(([known]) => known.toUpperCase() === wanted)?.[1];
}
