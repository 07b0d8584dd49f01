import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as ca from "tomoioc/ca";
import * as pva from "tomoioc/pva";
import * as records from "tomoioc/records";
import { z } from "zod";
import { repositoryRoot } from "../support/paths.js";

const manifest = z
  .object({ bin: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8")));

test("the package's parts can be imported by name", async () => {
  const whole = await import("tomoioc");
  assert.deepEqual(
    [ca.CaClient, ca.CaServer, pva.PvaClient, pva.PvaServer, records.RecordEngine, whole.createIoc].map(
      (part) => typeof part,
    ),
    Array(6).fill("function"),
  );
});

test("every program of the package is there and can be executed", () => {
  for (const path of Object.values(manifest.bin))
    accessSync(join(repositoryRoot, path), constants.R_OK | constants.X_OK);
});

test("what is published is what runs, without tests", () => {
  const { stdout } = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: repositoryRoot,
    encoding: "utf8",
  });
  const [pack] = z
    .array(z.object({ files: z.array(z.object({ path: z.string() })) }))
    .parse(JSON.parse(stdout));
  const paths = new Set(pack?.files.map(({ path }) => path));
  for (const needed of [
    "dist/src/index.js",
    "dist/src/index.d.ts",
    "dist/src/drivers/camera/frameWorker.js",
    "dist/programs/softIoc.js",
    "db/tomoScan.yaml",
    "bin/caget",
    "iocBoot/iocDemo/st.cmd",
    "medm/beamline.adl",
    "LICENSE",
    "README.md",
  ])
    assert.ok(paths.has(needed), `${needed} is missing`);
  assert.deepEqual(
    [...paths].filter((path) => /(^|\/)(test|bench|\.venv[^/]*)\/|\.sav|\.tsbuildinfo/.test(path)),
    [],
  );
});
