import { basename, resolve } from "node:path";
import type { IocshHost } from "./host.js";

/** Support modules that boot scripts name; their databases and request files are in the package. */
const supportModules = [
  "SUPPORT",
  "ASYN",
  "AUTOSAVE",
  "BUSY",
  "CALC",
  "MOTOR",
  "DEVIOCSTATS",
  "AREA_DETECTOR",
  "ADCORE",
  "ADGENICAM",
  "ADSPINNAKER",
  "ADSIMDETECTOR",
];

/**
 * Stands in for the build product `envPaths` in a boot directory that was never built: sets what is not set yet, and
 * says so in one line. IOC and TOP follow from the directory, the support modules are this package.
 */
export function supplyEnvPaths({ environment, packageDirectory }: IocshHost): readonly string[] {
  const directory = process.cwd();
  const wanted: Readonly<Record<string, string>> = {
    IOC: basename(directory),
    TOP: resolve(directory, "../.."),
    ...Object.fromEntries(supportModules.map((name) => [name, packageDirectory])),
  };
  const supplied = Object.entries(wanted).filter(([name]) => environment[name] === undefined);
  for (const [name, value] of supplied) environment[name] = value;
  if (supplied.length === 0) return ["envPaths: no such file, and nothing of it is needed"];
  const shown = supplied.filter(([name]) => !supportModules.includes(name)).map(([n, v]) => `${n}=${v}`);
  return [`envPaths: no such file; set ${[...shown, `support modules=${packageDirectory}`].join(" ")}`];
}
