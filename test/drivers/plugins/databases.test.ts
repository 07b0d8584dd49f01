import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { loadDatabaseFile } from "../../../src/database/index.js";
import { needsShared, repositoryRoot, sharedDirectory } from "../../support/paths.js";

const templates = join(sharedDirectory, "beamline/areaDetector/db");

/** Records, fields and tags in an order that does not depend on the file. */
function essence(path: string) {
  const macros = {
    P: "p:",
    R: "r:",
    PORT: "X",
    NDARRAY_PORT: "C",
    TYPE: "Int8",
    FTVL: "CHAR",
    ADDR: "0",
    TIMEOUT: "1",
    NELEMENTS: "4",
    NCHANS: "16",
    XSIZE: "8",
    YSIZE: "6",
    HIST_SIZE: "4",
    NAME: "one",
  };
  const { definition, problems } = loadDatabaseFile(path, macros, { searchPath: [templates] });
  assert.deepEqual(problems, []);
  const records = definition.records.map((record) => [
    record.name,
    record.type,
    [...record.fields].map(([field, { value }]) => `${field}=${value}`).sort(),
    [...record.info].sort(),
  ]);
  return records.sort();
}

for (const name of [
  "NDArrayBase",
  "NDPluginBase",
  "NDFile",
  "NDFileHDF5",
  "NDROI",
  "NDCircularBuff",
  "NDPva",
  "NDStdArrays",
  "NDStats",
  "NDProcess",
  "NDTimeSeries",
  "NDTimeSeriesN",
  "ADBase",
  "ADPrefixes",
  "ADGenICam",
  "spinnaker",
  "simDetector",
]) {
  test(`${name}.yaml defines the records of areaDetector's template`, needsShared, () => {
    const ours = essence(join(repositoryRoot, "db", `${name}.yaml`));
    assert.deepEqual(ours, essence(join(templates, `${name}.template`)));
  });
}
