import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { needsPython, runPython } from "../../support/python.js";

const program = fileURLToPath(new URL("./captureProcess.js", import.meta.url));

function capture(t: TestContext, prefix = ""): { child: ChildProcess; directory: string } {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-disaster-"));
  const command = `${prefix} exec "${process.execPath}" "${program}" "${directory}"`;
  const child = spawn("bash", ["-c", command], { stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => {
    child.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  });
  return { child, directory };
}

/** Resolves with the first line that matches; rejects when the process ends before. */
function lineOf(child: ChildProcess, pattern: RegExp): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new Error("the process has no output");
  return new Promise((resolve, reject) => {
    createInterface(stdout).on("line", (line) => {
      if (pattern.test(line)) resolve(line);
    });
    child.on("exit", (code, signal) => reject(new Error(`ended with ${code ?? signal}`)));
  });
}

/** Frames in the file, having checked that each has the pixels of its id. */
async function framesIn(path: string): Promise<number> {
  const { code, stdout, stderr } = await runPython(
    `
import h5py, sys
with h5py.File(sys.argv[1], 'r') as f:
    data, ids = f['/exchange/data'], f['/defaults/NDArrayUniqueId'][:]
    whole = [i for i in range(min(len(ids), len(data))) if (data[i] == ids[i]).all()]
    print(len(whole))
`,
    { args: [path] },
  );
  assert.equal(code, 0, stderr);
  return Number(stdout);
}

test(
  "a full disk is a write error, the process goes on and the frames before it can be read",
  needsPython,
  async (t) => {
    const { child, directory } = capture(t, "ulimit -f 12000;");
    const failure = lineOf(child, /^WRITE_MESSAGE cannot write .*frames_000.h5/);
    await failure;
    await lineOf(child, /^CAPTURE 0/);
    assert.equal(child.exitCode, null);
    const frames = await framesIn(join(directory, "frames_000.h5"));
    assert.ok(frames > 0, `${frames} frames`);
  },
);

test("what was flushed before a kill can be read", needsPython, async (t) => {
  const { child, directory } = capture(t);
  await lineOf(child, /^NUM_CAPTURED 150/);
  child.kill("SIGKILL");
  const frames = await framesIn(join(directory, "frames_000.h5"));
  assert.ok(frames > 50, `${frames} frames`);
});
