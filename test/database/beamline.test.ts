import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type LoadedDatabase, loadDatabaseFile, loadSubstitutionsFile } from "../../src/database/index.js";
import { needsShared, repositoryRoot, sharedDirectory } from "../support/paths.js";

const beamline = join(sharedDirectory, "beamline");
/** Records with their fields in no particular order, as the engine merges them. */
function contentsOf(loaded: LoadedDatabase): Map<string, unknown> {
  const contents = new Map<string, { type: string; fields: Record<string, string> }>();
  for (const { name, type, fields } of loaded.definition.records) {
    const entry = contents.get(name) ?? { type, fields: {} };
    for (const [field, { value }] of fields) entry.fields[field] = value;
    contents.set(name, entry);
  }
  return contents;
}

const MACROS = Object.fromEntries(
  "P R CAMERA FILE_PLUGIN CLOSE_SHUTTER CLOSE_VALUE OPEN_SHUTTER OPEN_VALUE ROTATION SAMPLE_X SAMPLE_Y PSO_MODEL PSO_PORT PSO_AXIS_NAME PSO_ENC_PER_ROTATION PSO_ENC_INPUT BEAM_READY READY_VALUE CLOSE_FAST_SHUTTER CLOSE_FAST_VALUE OPEN_FAST_SHUTTER OPEN_FAST_VALUE SHUTTER_STATUS MCT_OPTICS PVA_PLUGIN ROI_PLUGIN CB_PLUGIN PVA_STREAM TOMO_SCAN IMAGE_P DARK_PVA FLAT_PVA THETA_PVA RECON_PVA TOMO_0_DEG TOMO_90_DEG SAMPLE_Y ROI_PLUGIN"
    .split(" ")
    .map((name) => [name, `<${name}>`]),
);

describe("the package's databases", () => {
  const upstream = {
    tomoscan: ["tomoScan", "tomoScan_PSO", "tomoScan_2BM", "tomoScanStream", "tomoScan_Helical"],
    tomostream: ["tomoStream", "tomoStream_2BM"],
  };
  for (const [folder, names] of Object.entries(upstream))
    for (const name of names)
      it(`${name} has the records and fields of the beamline's template`, needsShared, () => {
        const ours = loadDatabaseFile(join(repositoryRoot, "db", `${name}.yaml`), MACROS, {
          environment: {},
        });
        const theirs = loadDatabaseFile(join(beamline, folder, "db", `${name}.template`), MACROS, {
          environment: {},
        });
        assert.deepEqual(ours.problems, []);
        assert.deepEqual(ours.warnings, []);
        assert.deepEqual(contentsOf(ours), contentsOf(theirs));
      });

  it("save_restoreStatus has the records and fields of autosave's", needsShared, () => {
    const ours = loadDatabaseFile(join(repositoryRoot, "db/save_restoreStatus.yaml"), MACROS, {
      environment: {},
    });
    const theirs = loadDatabaseFile(join(beamline, "autosave/db/save_restoreStatus.db"), MACROS, {
      environment: {},
    });
    assert.deepEqual(ours.problems, []);
    assert.deepEqual(contentsOf(ours), contentsOf(theirs));
  });

  it("have request files that name the PVs of the beamline's", needsShared, () => {
    const pvsOf = (path: string): string[] => {
      const lines = readFileSync(path, "utf8")
        .split("\n")
        .map((line) => line.trim());
      return [...new Set(lines.filter((line) => /^(?:\$|#controlPV)/.test(line)))].sort();
    };
    for (const [folder, names] of Object.entries(upstream))
      for (const name of names) {
        const file = `${name}_settings.req`;
        assert.deepEqual(
          pvsOf(join(repositoryRoot, "db", file)),
          pvsOf(join(beamline, folder, "db", file)),
          file,
        );
      }
  });

  it("replace templates that are not installed under an unmodified boot directory", needsShared, () => {
    const boot = join(beamline, "tomoscan/iocBoot/iocTomoScanStream_2BMB/tomoScanStream.substitutions");
    const installed = loadSubstitutionsFile(boot, {}, { environment: { TOP: join(beamline, "tomoscan") } });
    const missing = loadSubstitutionsFile(boot, {}, { environment: { TOP: "/nowhere" } });
    assert.deepEqual(missing.problems, []);
    assert.deepEqual(contentsOf(missing), contentsOf(installed));
    assert.equal(contentsOf(missing).size, 109);
  });
});
