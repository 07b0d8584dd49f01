import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";

export interface DemoOptions {
  /** A Data Exchange file to replay in place of the phantom. */
  readonly replay: string | undefined;
  /** Start the scan and the reconstruction without being asked. */
  readonly scan: boolean;
  /** Write the ortho-slices to this PNG when the demo ends. */
  readonly snapshot: string | undefined;
  /** End after this many seconds; undefined runs until Ctrl-C. */
  readonly seconds: number | undefined;
  /** Where captured files and saved settings go. */
  readonly directory: string;
  /** Phantom images are `size` x `size` pixels. */
  readonly size: number;
}

/** `20s`, `2m`, `1h` or plain seconds. */
function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(text);
  if (match === null) throw new InvalidArgumentError("use a time such as 20s, 2m or 1h");
  const unit = { s: 1, m: 60, h: 3600 }[match[2] ?? "s"] ?? 1;
  return Number(match[1]) * unit;
}

function imageSize(text: string): number {
  const size = Number(text);
  if (!Number.isInteger(size) || size < 16 || size > 4096)
    throw new InvalidArgumentError("use a whole number of pixels from 16 to 4096");
  return size;
}

export function parseDemoOptions(words: readonly string[]): DemoOptions {
  const command = new Command("npm run demo --")
    .description("Boots a simulated 2-BM in one process: camera, stage, shutters, tomoScan, tomoStream.")
    .option("--replay <file>", "replay a Data Exchange HDF5 file in place of the phantom", (file) =>
      resolve(file),
    )
    .option("--scan", "start the scan and the reconstruction at once")
    .option("--snapshot <file.png>", "write the ortho-slices as a picture at the end", (file) =>
      resolve(file),
    )
    .option("--for <time>", "end after a time such as 20s or 2m", duration)
    .option("--directory <dir>", "where captured files and saved settings go", "captured")
    .option("--size <pixels>", "width and height of the phantom's images", imageSize, 256);
  command.parse([...words], { from: "user" });
  const options = command.opts<{
    replay?: string;
    scan?: boolean;
    snapshot?: string;
    for?: number;
    directory: string;
    size: number;
  }>();
  return {
    replay: options.replay,
    scan: options.scan === true,
    snapshot: options.snapshot,
    seconds: options.for,
    directory: resolve(options.directory),
    size: options.size,
  };
}
