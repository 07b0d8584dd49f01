import { writeFileSync } from "node:fs";
import { readNtNdArray, type SharedPvProvider } from "../../pva/index.js";
import { sliceToPng } from "../../recon/render/png.js";
import { sliceToText } from "../../recon/render/text.js";
import { RECON } from "./names.js";

/** The three ortho-slices side by side, as StreamRecon publishes them. */
export interface Slices {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

const TEXT_COLUMNS = 96;

/** What StreamRecon shows now; undefined before the first reconstruction. */
export function currentSlices(structures: SharedPvProvider): Slices | undefined {
  const published = structures.get(RECON)?.value;
  const { data, sizes: [width, height] = [] } = (published && readNtNdArray(published)) ?? {};
  if (!(data instanceof Float32Array) || data.length === 0) return undefined;
  return width === undefined || height === undefined ? undefined : { data, width, height };
}

/** Writes the slices as a picture, or as text where the name does not end in .png. */
export function writeSnapshot({ data, width, height }: Slices, file: string): void {
  const isPicture = file.toLowerCase().endsWith(".png");
  writeFileSync(file, isPicture ? sliceToPng(data, width, height) : asText({ data, width, height }));
}

export const asText = ({ data, width, height }: Slices): string =>
  sliceToText(data, width, height, TEXT_COLUMNS);
