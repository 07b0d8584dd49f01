import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { repositoryRoot } from "../support/paths.js";

interface Manifest {
  readonly exports: Readonly<Record<string, Readonly<Record<"types" | "default", string>>>>;
}

const manifest: Manifest = JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8"));

test("every export of the package has its file and its types", () => {
  for (const [name, paths] of Object.entries(manifest.exports))
    for (const path of Object.values(paths))
      assert.ok(existsSync(join(repositoryRoot, path)), `${name}: ${path}`);
});

for (const [module, moduleResolution] of [
  ["nodenext", "nodenext"],
  ["esnext", "bundler"],
] as const)
  test(`a program of another package compiles with moduleResolution ${moduleResolution}`, (t) => {
    const project = mkdtempSync(join(tmpdir(), "tomoioc-user-"));
    t.after(() => rmSync(project, { recursive: true }));
    mkdirSync(join(project, "node_modules", "@types"), { recursive: true });
    symlinkSync(repositoryRoot, join(project, "node_modules", "tomoioc"));
    symlinkSync(
      join(repositoryRoot, "node_modules", "@types", "node"),
      join(project, "node_modules", "@types", "node"),
    );
    cpSync(join(repositoryRoot, "examples", "channelAccess.ts"), join(project, "main.ts"));
    writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      target: "es2022",
      types: ["node"],
      module,
      moduleResolution,
    };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["main.ts"] }));
    const compiler = join(repositoryRoot, "node_modules", "typescript", "bin", "tsc");
    const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", project], { encoding: "utf8" });
    assert.equal(status, 0, stdout);
  });
