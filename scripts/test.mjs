// npm test: everything. Arguments are test files or folders (test/ca); none means all of them.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { build, install, root, run } from "./setup.mjs";

const venv = join(root, ".venv-interop");
const venvPython = join(venv, "bin", "python");
const requirements = join(root, "test", "interop", "requirements.txt");
const required = process.env.TOMOIOC_REQUIRE_INTEROP !== undefined;

/** Makes the Python environment with the real EPICS clients once; says so and goes on where there is no Python. */
function prepareInterop() {
  if (process.env.TOMOIOC_PYTHON) return;
  const stamp = join(venv, "requirements.txt");
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(requirements).mtimeMs) return;
  if (spawnSync("python3", ["-c", "import venv, ensurepip"]).status !== 0) {
    console.error("tomoioc: no usable python3: the interop tests are skipped");
    if (required) process.exit(1);
    return;
  }
  console.error("tomoioc: making the Python environment for the interop tests");
  run("python3", ["-m", "venv", venv]);
  run(venvPython, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]);
  run("cp", [requirements, stamp]);
}

function testFiles(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => join(path, name));
}

install();
build();
prepareInterop();

const wanted = process.argv.slice(2);
const files = (wanted.length > 0 ? wanted : ["test"])
  .flatMap((path) => testFiles(join(root, path)))
  .map((path) => join(root, "dist", path.slice(root.length + 1).replace(/\.ts$/, ".js")))
  .sort();
if (files.length === 0) {
  console.error(`tomoioc: no test files in ${wanted.join(" ")}`);
  process.exit(1);
}

// A whole beamline needs both cores to keep its frame rate, so those tests come last, one at a time.
const isWholeBeamline = (file) => file.includes(join("interop", "beamline"));
const parallel = files.filter((file) => !isWholeBeamline(file));
const alone = files.filter(isWholeBeamline);
const batches = [
  { concurrency: 2, files: parallel },
  { concurrency: 1, files: alone },
].filter((batch) => batch.files.length > 0);

for (const { concurrency, files } of batches) {
  const runner = [
    "--enable-source-maps",
    "--test",
    "--test-timeout=300000",
    `--test-concurrency=${concurrency}`,
    ...files,
  ];
  if (process.env.TOMOIOC_COVERAGE === undefined) run("node", runner);
  else
    run("npx", [
      "c8",
      "--clean=false",
      "--reporter=text-summary",
      "--reporter=html",
      "--src=src",
      "node",
      ...runner,
    ]);
}
