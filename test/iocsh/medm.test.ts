import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { expandMacros } from "../../src/libcom/macLib.js";
import { everyBlock, parseScreen, valuesOf } from "../support/adl.js";
import { needsShared, repositoryRoot, sharedDirectory } from "../support/paths.js";
import { bareShell } from "./support/shell.js";

/** Our screens, with the macros that they are opened with. */
const screens = [
  { name: "beamline.adl", macros: { P: "2bmb:", CAM: "2bmSP1:", PLUGINS: "2bmSP2:" } },
  { name: "captureTrigger.adl", macros: { P: "2bmb:", R: "TomoScanStream:" } },
  { name: "tomoStreamLive.adl", macros: { P: "2bmb:", R: "TomoStream:" } },
].map((screen) => ({
  ...screen,
  blocks: parseScreen(readFileSync(join(repositoryRoot, "medm", screen.name), "utf8")),
}));

test("all screens are looked at", () => {
  const names = readdirSync(join(repositoryRoot, "medm")).filter((name) => name.endsWith(".adl"));
  assert.deepEqual(names.sort(), screens.map(({ name }) => name).sort());
});

for (const { name, blocks } of screens) {
  test(`${name} has MEDM's header and colour map`, () => {
    assert.deepEqual(
      blocks.slice(0, 3).map((block) => block.name),
      ["file", "display", "color map"],
    );
    assert.match(blocks[0]?.values.get("version") ?? "", /^0301\d\d$/);
  });

  test(`every widget of ${name} lies inside the screen`, () => {
    const [, display] = blocks;
    const size = display?.blocks[0]?.values;
    const number = (values: ReadonlyMap<string, string> | undefined, key: string) => Number(values?.get(key));
    for (const { name: block, values } of everyBlock(blocks.slice(3))) {
      if (block !== "object") continue;
      assert.ok(number(values, "x") + number(values, "width") <= number(size, "width"));
      assert.ok(number(values, "y") + number(values, "height") <= number(size, "height"));
    }
  });
}

/** The simulated beamline's records, loaded as its boot directories load them. */
const databases = [
  'dbLoadRecords("beamline.yaml")',
  'dbLoadRecords("simCamera.yaml", "P=2bmSP1:,R=cam1:,PORT=SP1")',
  'dbLoadRecords("NDFileHDF5.yaml", "P=2bmSP1:,R=HDF1:,PORT=HDF1,NDARRAY_PORT=SP1")',
  'dbLoadRecords("NDCircularBuff.yaml", "P=2bmSP2:,R=CB1:,PORT=CB1,NDARRAY_PORT=SP1")',
  'dbLoadTemplate("$(TOP)/iocBoot/iocTomoScanStream_2BMB/tomoScanStream.substitutions")',
  'dbLoadRecords("tomoScanStreamFiles.yaml", "P=2bmb:,R=TomoScanStream:")',
  'dbLoadRecords("captureTrigger.yaml", "P=2bmb:,R=TomoScanStream:")',
  'dbLoadTemplate("$(TOP)/iocBoot/iocTomoStream_2BM/tomoStream.substitutions")',
  'dbLoadRecords("save_restoreStatus.db", "P=2bmb:")',
];

async function loadedBeamline() {
  const session = bareShell({ TOP: repositoryRoot });
  for (const line of databases) await session.shell.runLine(line);
  return session;
}

test("every channel of the screens is a record of the simulated beamline", async () => {
  const { engine, stop } = await loadedBeamline();
  const channels = screens.flatMap(({ blocks, macros }) =>
    valuesOf(blocks, "chan").map((channel) => expandMacros(channel, macros).text),
  );
  stop();
  assert.ok(channels.length > 80);
  assert.deepEqual(
    channels.filter((name) => !engine.has(name)),
    [],
  );
});

/** Screens of upstream that the shared files do not have. */
const notShared = new Set(["tomoScan_pso.adl"]);

test("every screen that they open is ours or exists upstream", needsShared, () => {
  const folders = readdirSync(join(sharedDirectory, "beamline"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(sharedDirectory, "beamline", name, "adl"))
    .filter((path) => existsSync(path));
  const there = new Set([...folders, join(repositoryRoot, "medm")].flatMap((folder) => readdirSync(folder)));
  const opened = screens
    .flatMap(({ blocks }) => valuesOf(blocks, "name"))
    .filter((name) => name.endsWith(".adl"));
  assert.ok(opened.length > 10);
  assert.deepEqual(
    opened.filter((name) => !there.has(name) && !notShared.has(name)),
    [],
  );
});
