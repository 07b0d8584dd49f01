import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { repositoryRoot } from "../../support/paths.js";
import { needsPython, runPython } from "../../support/python.js";
import { type DemoProcess, startDemo } from "./demoProcess.js";

// What tomography/tomoscan's own Python server does to the beamline, replayed with pyepics; docs/conformance/tomoscan-python.md
// tells of the server itself.

const CLIENT = readFileSync(join(repositoryRoot, "test/interop/beamline/tomoScanClient.py"), "utf8");

const ENCODER_COUNT_DEGREES = 360 / 11_840_158;

interface Contents {
  readonly shapes: Readonly<Record<"data" | "data_dark" | "data_white", number[]>>;
  readonly means: Readonly<Record<"data" | "data_dark" | "data_white", number>>;
  /** Of any kind, in the order of their arrival. */
  readonly frames: number;
  /** Of projections. */
  readonly ids: readonly number[];
  readonly angles: readonly number[];
}

interface Report {
  readonly missing: string[];
  readonly incomplete: string[];
  readonly a3200: string;
  readonly keepAlive: string;
  readonly nonsense: string;
  readonly fly: { file: Contents; theta: number[]; offset: number; angle: number };
  readonly stream: {
    files: Readonly<Record<"Dark" | "Flat" | "data" | "ring" | "synchronized", Contents>>;
    synchronized: [id: number, angle: number, step: number];
    dmov: number;
  };
  readonly other: { Flat: Contents; data: Contents; step: number; offset: number };
}

let demo: DemoProcess | undefined;
let report: Report | undefined;

const reported = (): Report => {
  if (report === undefined) throw new Error("the replay did not finish");
  return report;
};

before(async () => {
  if (needsPython.skip !== undefined) return;
  demo = await startDemo([], { TOMOSCAN_SERVER: "external" });
  const { env, directory } = demo;
  const { code, stdout, stderr } = await runPython(CLIENT, { env, args: [directory], timeoutSeconds: 200 });
  assert.equal(code, 0, `${stderr}\n${demo.output()}`);
  report = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Report;
});

after(() => demo?.stop());

const furthest = (angles: readonly number[], expected: (index: number) => number): number =>
  Math.max(...angles.map((angle, index) => Math.abs(angle - expected(index))));

test("every PV that the server connects is there", needsPython, () => {
  assert.deepEqual(reported().missing, []);
});

test("every put-callback completes and every awaited value comes", needsPython, () => {
  assert.deepEqual(reported().incomplete, []);
});

test("the controller answers through PSOCommand as Aerotech's do", needsPython, () => {
  const { a3200, keepAlive, nonsense } = reported();
  assert.deepEqual([Number(a3200.slice(1)), a3200[0], keepAlive, nonsense], [11_840_158, "%", "%1", "!"]);
});

test(
  "a fly scan's file holds darks, flats and a projection for each angle, at the angle",
  needsPython,
  () => {
    const { file, theta } = reported().fly;
    assert.deepEqual(
      Object.values(file.shapes).map(([frames]) => frames),
      [90, 5, 6],
    );
    assert.ok(furthest(file.angles, (index) => theta[index] ?? Number.NaN) < 3 * ENCODER_COUNT_DEGREES);
    assert.ok(file.means.data_dark < file.means.data && file.means.data < file.means.data_white);
  },
);

test("in Set mode the angle becomes what it is within one turn, by the offset", needsPython, () => {
  const { offset, angle } = reported().fly;
  // The offset is from the target, which the stage reaches within a step of 3e-5 degrees.
  assert.ok(Math.abs(offset + 360) < 3e-5, `OFF is ${offset}`);
  assert.ok(angle > 0 && angle < 360, `RBV is ${angle}`);
});

test("dark and flat fields are taken while the stage turns", needsPython, () => {
  const { Dark, Flat } = reported().stream.files;
  assert.deepEqual([Dark.shapes.data_dark[0], Flat.shapes.data_white[0]], [5, 5]);
});

test(
  "a capture is followed by the frames of the circular buffer, which are from before it",
  needsPython,
  () => {
    const { data, ring } = reported().stream.files;
    assert.deepEqual([data.frames, ring.frames], [40, 10]);
    assert.ok((ring.ids[0] ?? Infinity) < (data.ids[0] ?? 0), `ring ${ring.ids}, data ${data.ids}`);
  },
);

test(
  "after StreamSync the angle of a frame follows from its id and the encoder's reading",
  needsPython,
  () => {
    const { stream, fly } = reported();
    const { files, synchronized } = stream;
    const [firstId, userStart, step] = synchronized;
    const start = userStart - fly.offset;
    const { ids, angles } = files.synchronized;
    assert.equal(angles.length, 20);
    const expected = (index: number) => start + ((ids[index] ?? Number.NaN) - firstId) * step;
    assert.ok(
      furthest(angles, expected) < 3 * ENCODER_COUNT_DEGREES,
      `${angles.map((a, i) => a - expected(i))}`,
    );
  },
);

test(
  "the other camera of the optics streams as the first one, with its own file plugin: no flat field is taken for a projection",
  needsPython,
  () => {
    const { Flat, data, step, offset } = reported().other;
    assert.deepEqual([Flat.shapes.data_white[0], Flat.ids.length, data.ids.length], [5, 0, 20]);
    const expected = (index: number) => ((data.ids[index] ?? Number.NaN) - 1) * step - offset;
    assert.ok(furthest(data.angles, expected) < 3 * ENCODER_COUNT_DEGREES, `${data.angles}`);
  },
);

test("the stage rests after JOGF 0", needsPython, () => assert.equal(reported().stream.dmov, 1));
