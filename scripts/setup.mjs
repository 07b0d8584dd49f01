// Brings a checkout to a state where it runs: installs the locked dependencies and compiles, each only when needed.
// Uses nothing but Node, so that it works in a fresh clone.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

const newestUnder = (directory) =>
  readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (newest, entry) => Math.max(newest, modified(join(entry.parentPath ?? entry.path, entry.name))),
      0,
    );

/** Runs a program in the repository root; ends this process with its status when it fails. */
export function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** Installs the dependencies when package-lock.json is another than the one installed last. */
export function install() {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const stamp = join(root, "node_modules", ".tomoioc-lock");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.error("tomoioc: installing dependencies (npm ci)");
  run("npm", ["ci", "--no-fund", "--no-audit", "--loglevel=error"]);
  writeFileSync(stamp, lock);
}

const kernels = join(root, "dist", "src", "recon", "backend", "wasm", "reconFused.wasm");

/** Compiles the kernels of the reconstruction when one of their sources is newer. */
function buildKernels() {
  if (modified(kernels) > newestUnder(join(root, "assembly"))) return;
  console.error("tomoioc: compiling the kernels of the reconstruction");
  run("npm", ["run", "--silent", "build:kernels"]);
}

const compiled = join(root, "dist", ".tsbuildinfo");

/** Bundles the programs of bin/ when something was compiled since. */
function bundlePrograms() {
  if (modified(join(root, "dist", "programs", "softIoc.js")) > modified(compiled)) return;
  run("node", [join(root, "scripts", "bundle.mjs")]);
}

function compile() {
  const built = modified(compiled);
  const sources = ["src", "test", "bench", "examples"].filter((directory) =>
    existsSync(join(root, directory)),
  );
  const newest = Math.max(
    modified(join(root, "tsconfig.json")),
    ...sources.map((s) => newestUnder(join(root, s))),
  );
  if (built > newest) return;
  console.error("tomoioc: compiling");
  run("npx", ["tsc", "-p", "tsconfig.json"]);
}

/** Compiles when a source is newer than the last build. */
export function build() {
  buildKernels();
  compile();
  bundlePrograms();
}

export function setup() {
  install();
  build();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup();
