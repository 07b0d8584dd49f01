import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createIoc, type Ioc } from "../ioc/ioc.js";
import { errorMessage } from "../libcom/errorMessage.js";
import { packageDirectory } from "../libcom/packageDirectory.js";
import { banner } from "./demo/banner.js";
import { abortScanAndRecon, fitScanToRecording, startScanAndRecon } from "./demo/operator.js";
import { type DemoOptions, parseDemoOptions } from "./demo/options.js";
import { currentSlices, writeSnapshot } from "./demo/snapshot.js";
import { showStatus } from "./demo/statusLine.js";

const BOOT_DIRECTORY = join(packageDirectory, "iocBoot", "iocDemo");

/** What the boot script of the demo expands. */
function bootEnvironment({ replay, size, directory }: DemoOptions): NodeJS.ProcessEnv {
  return {
    TOP: packageDirectory,
    DEMO_DIRECTORY: directory,
    DEMO_SIZE: String(size),
    DEMO_MIDDLE: String(size / 2),
    ...(replay === undefined ? {} : { DEMO_REPLAY: replay }),
  };
}

/** Boots the beamline from its st.cmd, as any IOC is booted; what the script prints goes to stderr when it went wrong. */
async function boot(options: DemoOptions): Promise<Ioc> {
  mkdirSync(join(options.directory, "autosave"), { recursive: true });
  Object.assign(process.env, bootEnvironment(options));
  process.chdir(BOOT_DIRECTORY);
  const ioc = createIoc({ warmUp: true, streams: { stdout: { write: () => true }, stderr: process.stderr } });
  const { ok } = await ioc.shell.runScript("st.cmd");
  if (!ok || !ioc.initialised) throw new Error("the beamline did not boot");
  if (options.replay !== undefined) await fitScanToRecording(ioc);
  return ioc;
}

/** Resolves with why the demo is to end. */
function ending(seconds: number | undefined): Promise<"asked" | "time"> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve("asked"));
    if (seconds !== undefined) setTimeout(() => resolve("time"), seconds * 1000);
  });
}

/** Leaves the picture where it was asked for. Returns whether there was something to show, when there had to be. */
function finish(ioc: Ioc, { scan, snapshot }: DemoOptions): boolean {
  const slices = currentSlices(ioc.sharedPvs);
  if (slices === undefined) {
    if (scan || snapshot !== undefined) console.error("nothing was reconstructed");
    return !scan && snapshot === undefined;
  }
  console.log(`last ortho-slices: ${slices.height} rows x ${slices.width} columns`);
  if (snapshot !== undefined) {
    writeSnapshot(slices, snapshot);
    console.log(`wrote ${snapshot}`);
  }
  return true;
}

async function main(): Promise<number> {
  const options = parseDemoOptions(process.argv.slice(2));
  const ended = ending(options.seconds);
  const ioc = await boot(options);
  console.log(banner(ioc, options));
  const hideStatus = showStatus(ioc.engine, process.stdout);
  if (options.scan)
    startScanAndRecon(ioc.pvs).catch((error: unknown) =>
      console.error(`the scan could not be started: ${errorMessage(error)}`),
    );
  await ended;
  hideStatus();
  const succeeded = finish(ioc, options);
  await abortScanAndRecon(ioc.pvs).catch((error: unknown) => console.error(errorMessage(error)));
  await ioc.stop();
  return succeeded ? 0 : 1;
}

try {
  process.exit(await main());
} catch (error) {
  console.error(`tomoioc: ${errorMessage(error)}`);
  process.exit(1);
}
