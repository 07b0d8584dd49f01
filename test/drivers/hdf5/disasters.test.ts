import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { H5pyReader } from "../../support/h5py.js";
import { needsPython } from "../../support/python.js";

const ioc = fileURLToPath(new URL("./fullDiskIoc.js", import.meta.url));
const h5py = new H5pyReader();
after(() => h5py.close());

const program = fileURLToPath(new URL("./captureProcess.js", import.meta.url));

function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-disaster-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function capture(t: TestContext, prefix = ""): { child: ChildProcess; directory: string } {
  const directory = temporaryDirectory(t);
  const command = `${prefix} exec "${process.execPath}" "${program}" "${directory}"`;
  const child = spawn("bash", ["-c", command], { stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => {
    child.kill("SIGKILL");
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

/** Lines of an IOC on a disk of three megabytes in a namespace of its own; undefined where none can be made. */
function fullDiskIoc(disk: string, kept: string): readonly string[] | undefined {
  const mount = `mount -t tmpfs -o size=3m none "${disk}"`;
  const unshare = (command: string) =>
    spawnSync("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", `${mount} && ${command}`], {
      encoding: "utf8",
    });
  if (unshare("true").status !== 0) return undefined;
  const { stdout } = unshare(`exec "${process.execPath}" "${ioc}" "${disk}" "${kept}"`);
  return stdout.trim().split("\n");
}

/** Frames in the file, having checked that each has the pixels of its id. */
const framesIn = (path: string): Promise<unknown> =>
  h5py.read(
    path,
    `sum(bool((d == i % 65536).all()) for d, i in zip(f['/exchange/data'], f['/defaults/NDArrayUniqueId'][:]))`,
  );

test(
  "a full disk is a write error in alarm, the IOC goes on, and captures again once there is room",
  needsPython,
  async (t) => {
    const [disk, kept] = [temporaryDirectory(t), temporaryDirectory(t)];
    const lines = fullDiskIoc(disk, kept);
    if (lines === undefined) return t.skip("no namespace with a file system of its own can be made here");
    const [full, again] = lines.map((line) => JSON.parse(line));
    assert.match(full.message, /^cannot write .*frames_000.h5: ENOSPC: no space left on device/);
    assert.deepEqual([full.status, full.severity], [1, 2]);
    assert.deepEqual([again.status, again.severity, again.message, again.captured], [0, 0, "", 5]);
    assert.equal(await framesIn(join(kept, "frames_000.h5")), full.captured);
    assert.equal(await framesIn(join(kept, "frames_001.h5")), 5);
  },
);

test(
  "a file size limit is a write error, the process goes on and the frames before it can be read",
  needsPython,
  async (t) => {
    const { child, directory } = capture(t, "ulimit -f 12000;");
    const failure = lineOf(child, /^WRITE_MESSAGE cannot write .*frames_000.h5/);
    await failure;
    await lineOf(child, /^CAPTURE 0/);
    assert.equal(child.exitCode, null);
    const frames = await framesIn(join(directory, "frames_000.h5"));
    assert.ok(Number(frames) > 0, `${frames} frames`);
  },
);

test("what was flushed before a kill can be read", needsPython, async (t) => {
  const { child, directory } = capture(t);
  await lineOf(child, /^NUM_CAPTURED 150/);
  child.kill("SIGKILL");
  const frames = await framesIn(join(directory, "frames_000.h5"));
  assert.ok(Number(frames) > 50, `${frames} frames`);
});
