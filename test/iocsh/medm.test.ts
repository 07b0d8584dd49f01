import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { expandMacros } from "../../src/libcom/macLib.js";
import { everyBlock, parseScreen, valuesOf } from "../support/adl.js";
import { needsShared, repositoryRoot, sharedDirectory } from "../support/paths.js";
import { bareShell } from "./support/shell.js";

const screen = readFileSync(join(repositoryRoot, "medm", "beamline.adl"), "utf8");
const macros = { P: "2bmb:", CAM: "2bmSP1:", PLUGINS: "2bmSP2:" };

const blocks = parseScreen(screen);

test("the overview screen has MEDM's header and colour map", () => {
  assert.deepEqual(
    blocks.slice(0, 3).map(({ name }) => name),
    ["file", "display", "color map"],
  );
  assert.match(blocks[0]?.values.get("version") ?? "", /^0301\d\d$/);
});

test("every widget lies inside the screen", () => {
  const [, display] = blocks;
  const size = display?.blocks[0]?.values;
  const number = (values: ReadonlyMap<string, string> | undefined, key: string) => Number(values?.get(key));
  for (const { name, values } of everyBlock(blocks.slice(3))) {
    if (name !== "object") continue;
    assert.ok(number(values, "x") + number(values, "width") <= number(size, "width"));
    assert.ok(number(values, "y") + number(values, "height") <= number(size, "height"));
  }
});

/** The simulated beamline's records, loaded as its boot directories load them. */
const databases = [
  'dbLoadRecords("beamline.yaml")',
  'dbLoadRecords("simCamera.yaml", "P=2bmSP1:,R=cam1:,PORT=SP1")',
  'dbLoadRecords("NDFileHDF5.yaml", "P=2bmSP1:,R=HDF1:,PORT=HDF1,NDARRAY_PORT=SP1")',
  'dbLoadRecords("NDCircularBuff.yaml", "P=2bmSP2:,R=CB1:,PORT=CB1,NDARRAY_PORT=SP1")',
  'dbLoadTemplate("$(TOP)/iocBoot/iocTomoScanStream_2BMB/tomoScanStream.substitutions")',
  'dbLoadTemplate("$(TOP)/iocBoot/iocTomoStream_2BM/tomoStream.substitutions")',
  'dbLoadRecords("save_restoreStatus.db", "P=2bmb:")',
];

async function loadedBeamline() {
  const session = bareShell({ TOP: repositoryRoot });
  for (const line of databases) await session.shell.runLine(line);
  return session;
}

test("every channel of the overview screen is a record of the simulated beamline", async () => {
  const { engine, stop } = await loadedBeamline();
  const channels = valuesOf(blocks, "chan").map((channel) => expandMacros(channel, macros).text);
  stop();
  assert.ok(channels.length > 50);
  assert.deepEqual(
    channels.filter((name) => !engine.has(name)),
    [],
  );
});

/** Screens of upstream that the shared files do not have. */
const notShared = new Set(["tomoScan_pso.adl"]);

test("every screen that it opens exists upstream", needsShared, () => {
  const folders = readdirSync(join(sharedDirectory, "beamline"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(sharedDirectory, "beamline", name, "adl"))
    .filter((path) => existsSync(path));
  const screens = new Set(folders.flatMap((folder) => readdirSync(folder)));
  const opened = valuesOf(blocks, "name").filter((name) => name.endsWith(".adl") && name !== "beamline.adl");
  assert.ok(opened.length > 10);
  assert.deepEqual(
    opened.filter((name) => !screens.has(name) && !notShared.has(name)),
    [],
  );
});
