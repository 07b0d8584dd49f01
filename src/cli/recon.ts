import { existsSync, writeFileSync } from "node:fs";
import { extname } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { openProjectionFile, type ProjectionFile } from "../drivers/hdf5/projectionFile.js";
import { VolumeFile } from "../drivers/hdf5/volumeFile.js";
import { errorMessage } from "../libcom/errorMessage.js";
import { BACKEND_NAMES, type BackendName, type ReconBackend } from "../recon/backend/backend.js";
import { type OpenedBackend, openBackend } from "../recon/backend/openBackend.js";
import { wasmBackend } from "../recon/backend/wasm/wasmBackend.js";
import { findCenter } from "../recon/center/findCenter.js";
import { FILTER_TYPES, type FilterType } from "../recon/pipeline/filters.js";
import type { PhaseRetrieval } from "../recon/pipeline/paganin.js";
import { SINOGRAM_RING_REMOVALS, type SinogramRingRemoval } from "../recon/pipeline/stripes/ringRemoval.js";
import { sliceToPng } from "../recon/render/png.js";
import { balancedViews } from "../recon/volume/views.js";
import { integralRow, type VolumeParameters, volumeRows } from "../recon/volume/volumeRows.js";
import { Progress } from "./progress.js";

type Range = readonly [from: number, to: number];

interface ReconOptions {
  readonly output?: string;
  readonly force?: boolean;
  readonly center?: number;
  readonly autoCenter?: boolean;
  readonly filter: FilterType;
  readonly ring: SinogramRingRemoval;
  readonly dezinger: number;
  readonly rows?: Range;
  readonly projections?: Range;
  readonly energy: number;
  readonly distance: number;
  readonly pixelSize?: number;
  readonly alpha: number;
  readonly backend?: BackendName;
  readonly threads?: number;
  readonly png?: string;
}

/** Rows, spread over those wanted, that the center is sought in. */
const CENTER_ROWS = 5;

/** Columns on each side of where opposite views agree. */
const CENTER_RANGE = 4;

const MICROMETRES_PER_CM = 1e4;

function numberFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || value < least)
      throw new InvalidArgumentError(`a number of ${least} or more is needed`);
    return value;
  };
}

function wholeNumberFrom(least: number): (text: string) => number {
  return (text) => {
    const value = numberFrom(least)(text);
    if (!Number.isInteger(value)) throw new InvalidArgumentError("a whole number is needed");
    return value;
  };
}

function range(text: string): Range {
  const match = /^(\d*):(\d*)$/.exec(text);
  if (match === null) throw new InvalidArgumentError("use FROM:TO, as 100:200; either may be left out");
  return [Number(match[1] || 0), match[2] ? Number(match[2]) : Number.POSITIVE_INFINITY];
}

/** The part of 0 .. count that a range names. */
function within(wanted: Range | undefined, count: number, what: string): Range {
  const [from, to] = wanted ?? [0, count];
  const end = Math.min(to, count);
  if (from >= end)
    throw new Error(`there are ${count} ${what}, none in ${from}:${Number.isFinite(to) ? to : ""}`);
  return [from, end];
}

/** Angles of the views: the file's, or a half turn where it has none. */
function anglesOf({ degrees, views }: ProjectionFile): Float64Array {
  if (degrees !== undefined) return degrees;
  console.error("no /exchange/theta: a half turn in even steps is assumed");
  return Float64Array.from({ length: views }, (_, view) => (view * 180) / views);
}

async function backendFor({ backend, threads }: ReconOptions): Promise<OpenedBackend> {
  if (threads !== undefined && (backend === undefined || backend === "wasm"))
    return { backend: wasmBackend(threads), reason: `${threads} threads` };
  return openBackend(backend);
}

async function centerOf(
  options: ReconOptions,
  backend: ReconBackend,
  file: ProjectionFile,
  degrees: Float64Array,
  [from, to]: Range,
): Promise<number> {
  const middle = (file.width - 1) / 2;
  if (options.autoCenter !== true) return options.center ?? middle;
  const count = Math.min(CENTER_ROWS, to - from);
  const rows = Array.from({ length: count }, (_, i) => from + Math.floor(((i + 0.5) * (to - from)) / count));
  const found = await findCenter(backend, {
    rows: rows.map((row) => integralRow(file, row, degrees)),
    start: options.center ?? middle,
    range: CENTER_RANGE,
  });
  if (found === undefined) throw new Error("no center can be found in so few projections");
  const agreement = found.registration?.agreement;
  const opposite =
    agreement === undefined ? "no opposite views" : `opposite views agree by ${agreement.toFixed(2)}`;
  console.error(
    `center ${found.center.toFixed(2)}${found.isCertain ? "" : ", which is uncertain"}: ${opposite}`,
  );
  return found.center;
}

function phaseOf({ alpha, energy, distance, pixelSize }: ReconOptions): { phase?: PhaseRetrieval } {
  if (alpha === 0) return {};
  if (pixelSize === undefined) throw new Error("phase retrieval (--alpha) needs --pixel-size");
  return { phase: { alpha, energyKeV: energy, distanceMm: distance, pixelSizeUm: pixelSize } };
}

const defaultOutput = (input: string): string =>
  `${input.slice(0, input.length - extname(input).length)}_rec.h5`;

async function reconstruct(input: string, options: ReconOptions): Promise<void> {
  const output = options.output ?? defaultOutput(input);
  if (existsSync(output) && options.force !== true)
    throw new Error(`${output} is there already; --force replaces it`);
  const opened = await backendFor(options);
  const file = await openProjectionFile(input);
  try {
    await reconstructFile(file, opened, input, output, options);
  } finally {
    file.close();
    await opened.backend.close?.();
  }
}

async function reconstructFile(
  file: ProjectionFile,
  { backend, reason }: OpenedBackend,
  input: string,
  output: string,
  options: ReconOptions,
): Promise<void> {
  const { width, height } = file;
  const rows = within(options.rows, height, "detector rows");
  const degrees = anglesOf(file);
  const [firstView, endView] = within(options.projections, file.views, "projections");
  const views = balancedViews(degrees.subarray(firstView, endView)).map((view) => view + firstView);
  const center = await centerOf(options, backend, file, degrees, rows);
  const { filter, ring: ringRemoval, dezinger: dezingerRadius, pixelSize } = options;
  const parameters: VolumeParameters = { center, filter, ringRemoval, dezingerRadius, ...phaseOf(options) };
  const count = rows[1] - rows[0];
  console.error(
    `${input}: ${views.length} of ${file.views} projections of ${width} x ${height}, rows ${rows[0]} to ${rows[1] - 1}, ` +
      `center ${center.toFixed(2)}, ${filter}; ${backend.name}, ${reason}`,
  );
  const units = pixelSize === undefined ? "1/pixel" : "1/cm";
  const volume = new VolumeFile(output, { slices: count, height: width, width }, units, {
    source: input,
    program: "tomoioc recon",
    center,
    filter,
    ring: ringRemoval,
    dezinger: dezingerRadius,
    projections: views.length,
    firstRow: rows[0],
    alpha: options.alpha,
  });
  const scale = pixelSize === undefined ? 1 : MICROMETRES_PER_CM / pixelSize;
  const progress = new Progress(count, "slices");
  try {
    for await (const { row, slice } of volumeRows({ file, backend, parameters, rows, views, degrees })) {
      volume.write(row - rows[0], scale === 1 ? slice : slice.map((value) => value * scale));
      if (options.png !== undefined && row === (rows[0] + rows[1]) >> 1)
        writeFileSync(options.png, sliceToPng(slice, width, width));
      progress.advance();
    }
  } catch (error) {
    volume.discard();
    throw error;
  }
  volume.finish();
  progress.end(`${output}: ${count} slices of ${width} x ${width}, ${units}`);
}

const choices = <T extends string>(
  flags: string,
  description: string,
  names: readonly T[],
  preset: T,
): Option => new Option(flags, description).choices(names).default(preset);

/** `tomoioc recon`: a captured file to a volume. `ended` is told the exit status. */
export const reconCommand = (ended: (status: number) => void): Command =>
  new Command("recon")
    .description(
      "Reconstructs every detector row of a captured Data Exchange file (/exchange/data, data_dark, data_white, theta) by " +
        "filtered backprojection, and writes the volume as /exchange/data [z][y][x], attenuation in 1/pixel, or in 1/cm " +
        "where the pixel size is given. A few rows at a time are in memory.",
    )
    .argument("<file>", "the captured HDF5 file")
    .option("-o, --output <file>", "the volume; FILE_rec.h5 beside the captured file when absent")
    .option("-f, --force", "replace an output file that is there")
    .option(
      "-c, --center <column>",
      "rotation axis, detector column; the detector's middle when absent",
      numberFrom(0),
    )
    .option(
      "--auto-center",
      "find the rotation axis: opposite views, then the entropy of a slice's gray values",
    )
    .addOption(choices("--filter <name>", "filter of the backprojection", FILTER_TYPES, "Parzen"))
    .addOption(
      choices(
        "--ring <name>",
        "ring removal: Fourier-wavelet, Titarenko, sorting",
        SINOGRAM_RING_REMOVALS,
        "None",
      ),
    )
    .option("--dezinger <pixels>", "radius within which outliers become medians", wholeNumberFrom(0), 0)
    .option("--rows <from:to>", "detector rows, the last left out; all when absent", range)
    .option(
      "--projections <from:to>",
      "projections to take; of more than whole half turns, and of scans back and forth, the newest half turn is used",
      range,
    )
    .option("--pixel-size <um>", "detector pixel in the sample, micrometres", numberFrom(1e-6))
    .option("--alpha <value>", "Paganin's phase retrieval: its regularisation, 0 for none", numberFrom(0), 0)
    .option("--energy <keV>", "for phase retrieval", numberFrom(1e-3), 20)
    .option("--distance <mm>", "sample to detector, for phase retrieval", numberFrom(0), 0)
    .addOption(
      new Option("--backend <name>", "where to compute; a GPU where one answers when absent").choices(
        BACKEND_NAMES,
      ),
    )
    .option("--threads <count>", "WebAssembly threads; all processors when absent", wholeNumberFrom(1))
    .option("--png <file>", "also write the middle slice as a picture")
    .addHelpText(
      "after",
      `
Examples:
  tomoioc recon scan_001.h5 --auto-center
  tomoioc recon scan_001.h5 -c 1023.5 --rows 500:600 --ring fw --filter Shepp-logan -o part.h5
  tomoioc recon scan_001.h5 --auto-center --alpha 0.002 --energy 25 --distance 60 --pixel-size 0.69

Exit status: 0 when the volume is written, 1 after an error. An output file that is not whole ends in .part.`,
    )
    .action(async (input: string, options: ReconOptions) => {
      try {
        await reconstruct(input, options);
        ended(0);
      } catch (error) {
        console.error(`tomoioc recon: ${errorMessage(error)}`);
        ended(1);
      }
    });
