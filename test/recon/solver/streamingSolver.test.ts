import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import type { ReconBackend } from "../../../src/recon/backend/backend.js";
import { cpuBackend } from "../../../src/recon/backend/cpuBackend.js";
import { gpuJsAccumulate } from "../../../src/recon/backend/gpujs/gpuJsAccumulator.js";
import { HostReconstruction } from "../../../src/recon/backend/host/hostReconstruction.js";
import { loadGpuJs } from "../../../src/recon/backend/openBackend.js";
import { wasmBackend } from "../../../src/recon/backend/wasm/wasmBackend.js";
import { Backprojector } from "../../../src/recon/pipeline/backproject.js";
import { FlatField } from "../../../src/recon/pipeline/darkFlat.js";
import { FILTER_TYPES } from "../../../src/recon/pipeline/filters.js";
import { PLANES } from "../../../src/recon/pipeline/geometry.js";
import type { ProjectionSize } from "../../../src/recon/pipeline/preprocess.js";
import { Preprocessor } from "../../../src/recon/pipeline/preprocess.js";
import { RING_REMOVALS } from "../../../src/recon/pipeline/stripes/ringRemoval.js";
import { AngularWindow } from "../../../src/recon/solver/angularWindow.js";
import {
  defaultParameters,
  geometryOf,
  ofPerPixel,
  preprocessOf,
  type ReconParameters,
  SLICE_UNITS,
} from "../../../src/recon/solver/parameters.js";
import { type SolverOptions, StreamingSolver } from "../../../src/recon/solver/streamingSolver.js";
import { StripeEstimate } from "../../../src/recon/solver/stripeEstimate.js";
import { type ThetaTable, thetaTable } from "../../../src/recon/solver/thetaTable.js";
import { project } from "../support/projection.js";

const size = { width: 32, height: 7 };
const body = { name: "body", x: 3, y: -2, z: 0, a: 9, b: 6, c: 8, phiDegrees: 25, mu: 0.03 };

/** What stays the same from one set-up of the reconstruction to the next. */
interface Scan {
  readonly size: ProjectionSize;
  readonly thetas: ThetaTable;
}

const table = (count: number, turnsBack: boolean): ThetaTable => {
  const sweep = Array.from({ length: count }, (_, i) => (i * 180) / count);
  return thetaTable(turnsBack ? [...sweep, ...sweep.toReversed()] : sweep) ?? assert.fail();
};

/** Counts of projection `index`: each has a beam intensity of its own, so that no two are alike. */
function counts(thetas: ThetaTable, index: number, of: ProjectionSize = size): Uint16Array {
  const theta = thetas.theta(index) ?? 0;
  const beam = 20_000 + 37 * (index % 101);
  const integrals = project([body], { ...of, center: 16.4 }, theta);
  return Uint16Array.from(integrals, (p) => 100 + beam * Math.exp(-p));
}

const stampOf = (index: number) => ({
  ...{ uniqueId: index + 1, timeStamp: index / 10, epicsTimestamp: { seconds: index, nanoseconds: 0 } },
});

interface Fields {
  readonly dark: Float32Array;
  readonly flat: Float32Array;
}

const fieldsOf = (level: number, { width, height }: ProjectionSize = size): Fields => ({
  dark: new Float32Array(width * height).fill(100),
  flat: Float32Array.from({ length: width * height }, (_, i) => 20_000 + level + 10 * (i % 7)),
});

const fieldOf = ({ dark, flat }: Fields): FlatField => new FlatField(dark, flat);

/** The same window reconstructed at once, from nothing. */
function batch(
  { size, thetas }: Scan,
  arrived: readonly number[],
  parameters: ReconParameters,
  field: FlatField,
): Float32Array {
  const window = new AngularWindow(thetas);
  for (const index of arrived) window.accept(index);
  const preprocessor = new Preprocessor(size, field, preprocessOf(parameters));
  const backprojector = new Backprojector(geometryOf(size, parameters));
  for (const { index, theta } of window.views()) {
    const raw = counts(thetas, index, size);
    backprojector.add(preprocessor.process(raw, new Float32Array(raw.length)), (theta * Math.PI) / 180);
  }
  const { z, y, x } = backprojector.sums;
  const scale = (Math.PI / Math.max(window.size, 1)) * ofPerPixel(parameters);
  return Float32Array.of(...z, ...y, ...x).map((value) => value * scale);
}

async function settle(solver: StreamingSolver): Promise<Float32Array> {
  while (!solver.isIdle) await solver.step();
  const { z, y, x } = (await solver.slices()).slices;
  return Float32Array.of(...z, ...y, ...x);
}

function assertClose(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  actual.forEach((value, i) => {
    const difference = Math.abs(value - (expected[i] ?? Number.NaN));
    assert.ok(difference <= tolerance * largest, `element ${i}: ${value} instead of ${expected[i]}`);
  });
}

type Event =
  | { readonly kind: "frames"; readonly skip: number; readonly count: number }
  /** Numbers come again, or late: each of `backs` is a distance behind the next. */
  | { readonly kind: "disorder"; readonly backs: readonly number[] }
  /** Numbers begin anew, as those of a new scan or of a counter that has wrapped. */
  | { readonly kind: "wrap"; readonly to: number }
  | { readonly kind: "work"; readonly steps: number }
  | { readonly kind: "parameters"; readonly change: Partial<ReconParameters> }
  | { readonly kind: "fields"; readonly level: number }
  /** Other angles and another binning: all begins anew. */
  | {
      readonly kind: "setup";
      readonly views: number;
      readonly turnsBack: boolean;
      readonly size: ProjectionSize;
    };

const events = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: frames() },
    { weight: 2, arbitrary: disorder() },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("wrap" as const), to: fc.nat(3) }) },
    { weight: 3, arbitrary: work(30) },
    { weight: 2, arbitrary: parameters(change()) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("fields" as const), level: fc.nat(500) }) },
    { weight: 1, arbitrary: setup() },
  ),
  { minLength: 3, maxLength: 25 },
);

function frames() {
  return fc.record({
    kind: fc.constant("frames" as const),
    skip: fc.constantFrom(0, 0, 0, 1, 5),
    count: fc.nat(20),
  });
}

/** Planes move, mostly before those that moved earlier are whole again. */
const moves = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: frames() },
    { weight: 1, arbitrary: disorder() },
    { weight: 4, arbitrary: work(9) },
    { weight: 5, arbitrary: parameters(move()) },
  ),
  { minLength: 5, maxLength: 40 },
);

function disorder() {
  return fc.record({
    kind: fc.constant("disorder" as const),
    backs: fc.array(fc.integer({ min: -3, max: 9 }), { minLength: 1, maxLength: 6 }),
  });
}

function work(mostSteps: number) {
  return fc.record({ kind: fc.constant("work" as const), steps: fc.nat(mostSteps) });
}

function parameters(change: fc.Arbitrary<Partial<ReconParameters>>) {
  return fc.record({ kind: fc.constant("parameters" as const), change });
}

function move(): fc.Arbitrary<Partial<ReconParameters>> {
  const turned = fc.integer({ min: -90, max: 90 });
  return fc.oneof(
    fc.record({ orthoX: fc.integer({ min: -3, max: 40 }) }),
    fc.record({ orthoY: fc.double({ min: 0, max: 31, noNaN: true }) }),
    fc.record({ orthoZ: fc.nat(6) }),
    fc.record({ rotX: turned }),
    fc.record({ rotY: turned, orthoZ: fc.nat(6) }),
    fc.record({ rotZ: fc.constantFrom(0, 5, -20) }),
    fc.record({ center: fc.constantFrom(15.2, 16.4) }),
  );
}

function setup() {
  return fc.record({
    kind: fc.constant("setup" as const),
    views: fc.constantFrom(18, 24, 31),
    turnsBack: fc.boolean(),
    size: fc.constantFrom(size, { width: 16, height: 3 }, { width: 27, height: 17 }),
  });
}

function change(): fc.Arbitrary<Partial<ReconParameters>> {
  return fc.oneof(
    fc.record({ center: fc.double({ min: 10, max: 22, noNaN: true }) }),
    fc.record({ orthoX: fc.integer({ min: -3, max: 40 }), orthoZ: fc.nat(6) }),
    fc.record({ orthoY: fc.nat(31), rotY: fc.integer({ min: -90, max: 90 }) }),
    fc.record({ rotX: fc.integer({ min: -90, max: 90 }) }),
    fc.record({ rotZ: fc.constantFrom(0, 5, -20) }),
    fc.record({ filter: fc.constantFrom(...FILTER_TYPES) }),
    fc.record({ dezingerRadius: fc.constantFrom(0, 2) }),
    fc.record({ ringRemoval: fc.constantFrom(...RING_REMOVALS) }),
    fc.record({ units: fc.constantFrom(...SLICE_UNITS) }),
    fc.record({
      alpha: fc.constantFrom(0, 0.001, 0.01),
      energyKeV: fc.constantFrom(20, 35),
      distanceMm: fc.constantFrom(0, 80),
      pixelSizeUm: fc.constantFrom(1, 2.5),
    }),
  );
}

/** A solver, and what the batch that it is compared with is to be made of. */
interface State {
  readonly scan: Scan;
  readonly solver: StreamingSolver;
  /** Learns of the rings what the solver does. */
  readonly stripes: StripeEstimate;
  readonly arrived: number[];
  fields: Fields;
  index: number;
}

/** A stream into a solver. */
class Run {
  readonly #options: Pick<SolverOptions, "backend" | "filteredBytes">;
  #parameters: ReconParameters = { ...defaultParameters(size), center: 16.4 };
  #state: State;

  constructor(options: Pick<SolverOptions, "backend" | "filteredBytes">, scan: Scan) {
    this.#options = options;
    this.#state = this.#begun(scan);
  }

  #begun(scan: Scan): State {
    const { size, thetas } = scan;
    const parameters = this.#parameters;
    const solver = new StreamingSolver({ ...this.#options, size, table: thetas, parameters });
    const fields = fieldsOf(0, size);
    solver.setFields(fields.dark, fields.flat);
    const stripes = new StripeEstimate(size, solver.capacity);
    return { scan, solver, stripes, fields, arrived: [], index: 0 };
  }

  async happens(event: Event): Promise<void> {
    const state = this.#state;
    switch (event.kind) {
      case "work":
        for (let i = 0; i < event.steps; i++) await state.solver.step();
        break;
      case "parameters":
        this.#parameters = { ...this.#parameters, ...event.change };
        state.solver.setParameters(this.#parameters);
        break;
      case "fields":
        state.fields = fieldsOf(event.level, state.scan.size);
        state.solver.setFields(state.fields.dark, state.fields.flat);
        break;
      case "disorder":
        for (const back of event.backs) this.#accept(state.index - back);
        break;
      case "wrap":
        state.index = event.to;
        break;
      case "frames":
        state.index += event.skip;
        for (let i = 0; i < event.count; i++, state.index++) this.#accept(state.index);
        break;
      case "setup":
        await state.solver.close();
        this.#state = this.#begun({ size: event.size, thetas: table(event.views, event.turnsBack) });
    }
  }

  #accept(index: number): void {
    const { scan, solver, stripes, arrived } = this.#state;
    if (index < 0) return;
    const raw = counts(scan.thetas, index, scan.size);
    if (solver.accept(index, raw, stampOf(index)) !== "accepted") return;
    arrived.push(index);
    stripes.take(raw, this.#parameters.ringRemoval);
  }

  async end(): Promise<{ readonly actual: Float32Array; readonly expected: Float32Array }> {
    const { scan, solver, stripes, arrived, fields } = this.#state;
    const { ringRemoval } = this.#parameters;
    // What is known of the rings grows with the stream; the fields once more have it used as it is now.
    if (ringRemoval !== "None") solver.setFields(fields.dark, fields.flat);
    const actual = await settle(solver);
    const field = fieldOf(fields);
    const known = ringRemoval === "None" ? undefined : stripes.stripes(field, ringRemoval);
    const used = known === undefined ? field : field.without(known);
    await solver.close();
    return { actual, expected: batch(scan, arrived, this.#parameters, used) };
  }
}

for (const backend of [cpuBackend, wasmBackend(1)])
  for (const filteredBytes of [0, 1e9]) {
    const kept = filteredBytes === 0 ? "filtering anew what leaves" : "keeping filtered projections";
    test(`any stream with changes ends equal to a batch of its final window: ${backend.name}, ${kept}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.boolean(), events, async (turnsBack, stream: Event[]) => {
          const run = new Run({ backend, filteredBytes }, { size, thetas: table(24, turnsBack) });
          for (const event of stream) await run.happens(event);
          const { actual, expected } = await run.end();
          assertClose(actual, expected, 1e-4);
        }),
        { numRuns: 40 },
      );
    });
  }

const gpuJs = new (loadGpuJs().GPU)({ mode: "cpu" });
after(() => gpuJs.destroy());
const gpuJsBackend: ReconBackend = {
  name: "gpu.js",
  start: (options) => new HostReconstruction(options, gpuJsAccumulate(gpuJs)),
};

for (const backend of [cpuBackend, wasmBackend(2), gpuJsBackend])
  test(`planes that move one after the other while projections come end equal to a batch: ${backend.name}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(0, 1e9), moves, async (filteredBytes, stream: Event[]) => {
        const run = new Run({ backend, filteredBytes }, { size, thetas: table(24, false) });
        for (const event of stream) await run.happens(event);
        const { actual, expected } = await run.end();
        assertClose(actual, expected, 1e-4);
      }),
      { numRuns: 40 },
    );
  });

/** The reference, which takes note of what is added to which planes. */
function watchedBackend(added: string[]): ReconBackend {
  return {
    ...cpuBackend,
    start: (options) => {
      const reconstruction = cpuBackend.start(options);
      return {
        keep: (place, raw) => reconstruction.keep(place, raw),
        preprocess: (fields, parameters) => reconstruction.preprocess(fields, parameters),
        begin: (geometry, planes) => reconstruction.begin(geometry, planes),
        add: (place, theta, weight, planes = PLANES) => {
          added.push(`${weight} ${planes.join()}`);
          return reconstruction.add(place, theta, weight, planes);
        },
        read: (scales, into) => reconstruction.read(scales, into),
        close: () => reconstruction.close(),
      };
    },
  };
}

test("a plane that moves is computed alone, and the others stay whole and take in what comes meanwhile", async () => {
  const thetas = table(24, false);
  const parameters = defaultParameters(size);
  const added: string[] = [];
  const solver = new StreamingSolver({ backend: watchedBackend(added), size, table: thetas, parameters });
  for (let index = 0; index < 24; index++) solver.accept(index, counts(thetas, index), stampOf(index));
  await settle(solver);
  const before = (await solver.slices()).slices;
  added.length = 0;
  solver.setParameters({ ...parameters, orthoX: 9 });
  await solver.step();
  const preview = await solver.slices();
  assert.equal(preview.views, 1);
  assert.deepEqual([preview.slices.z, preview.slices.y], [before.z, before.y]);
  // One is lost: two leave, of which the moved plane has had only the first.
  solver.accept(25, counts(thetas, 25), stampOf(25));
  while (!solver.isIdle) await solver.step();
  const alone = Array.from({ length: 22 }, () => "1 x");
  assert.deepEqual(added, ["1 x", "-1 z,y,x", "-1 z,y", "1 z,y,x", ...alone]);
});

test("values stay the same while the buffer fills", async () => {
  const disc = { name: "disc", x: 0, y: 0, z: 0, a: 12, b: 12, c: 1e6, phiDegrees: 0, mu: 0.03 };
  const thetas = table(48, false);
  const parameters = { ...defaultParameters(size), center: 16.4 };
  const solver = new StreamingSolver({ backend: cpuBackend, size, table: thetas, parameters });
  const pixels = size.width * size.height;
  solver.setFields(new Float32Array(pixels), new Float32Array(pixels).fill(60_000));
  for (let index = 0; index < 60; index++) {
    const integrals = project([disc], { ...size, center: 16.4 }, thetas.theta(index) ?? 0);
    const raw = Uint16Array.from(integrals, (p) => Math.round(60_000 * Math.exp(-p)));
    solver.accept(index, raw, stampOf(index));
    await settle(solver);
    const { z } = (await solver.slices()).slices;
    const onAxis = z[16 * size.width + 16] ?? Number.NaN;
    assert.ok(Math.abs(onAxis / 0.03 - 1) < 0.02, `${onAxis} with ${index + 1} projections`);
  }
});

test("a hundred thousand projections leave an error no larger than the first thousand do", async () => {
  const thetas = table(8, false);
  const parameters = defaultParameters(size);
  const fields = fieldsOf(0);
  // As many as there are until angles and beam intensities repeat.
  const frames = Array.from({ length: 16 * 101 }, (_, index) => counts(thetas, index));
  const solver = new StreamingSolver({
    ...{ backend: wasmBackend(1), size, table: thetas, parameters, filteredBytes: 0 },
  });
  solver.setFields(fields.dark, fields.flat);
  for (let index = 0; index < 100_000; index++) {
    const frame = frames[index % frames.length] ?? assert.fail();
    solver.accept(index, frame, stampOf(index));
    while (!solver.isIdle) await solver.step();
    if (index % 24_999 !== 999) continue;
    const last = Array.from({ length: 8 }, (_, i) => index - 7 + i);
    assertClose(await settle(solver), batch({ size, thetas }, last, parameters, fieldOf(fields)), 1e-5);
  }
  await solver.close();
});

test("more projections than may wait are dropped whole, and the rest stays right", async () => {
  const thetas = table(24, false);
  const parameters = defaultParameters(size);
  const fields = fieldsOf(0);
  const solver = new StreamingSolver({
    ...{ backend: cpuBackend, size, table: thetas, parameters, maximumPending: 4 },
  });
  solver.setFields(fields.dark, fields.flat);
  const arrived: number[] = [];
  for (let index = 0; index < 100; index++) {
    if (solver.accept(index, counts(thetas, index), stampOf(index)) === "accepted") arrived.push(index);
    if (index % 3 === 0) await solver.step();
  }
  assert.ok(arrived.length < 60);
  assertClose(await settle(solver), batch({ size, thetas }, arrived, parameters, fieldOf(fields)), 1e-4);
});

test("the slices name the newest projection in them, not the newest that came", async () => {
  const solver = new StreamingSolver({
    ...{ backend: cpuBackend, size, table: table(24, false), parameters: defaultParameters(size) },
  });
  for (const index of [0, 1, 2]) solver.accept(index, new Uint16Array(32 * 7).fill(9), stampOf(index));
  assert.equal((await solver.slices()).newest, undefined);
  await solver.step();
  await solver.step();
  assert.equal((await solver.slices()).newest?.uniqueId, 2);
});

test("where memory is short, projections are left out evenly, and the rest stays right", async () => {
  const thetas = table(24, false);
  const parameters = defaultParameters(size);
  const fields = fieldsOf(0);
  const rawBytes = 9 * counts(thetas, 0).byteLength;
  const solver = new StreamingSolver({ backend: cpuBackend, size, table: thetas, parameters, rawBytes });
  solver.setFields(fields.dark, fields.flat);
  const arrived: number[] = [];
  for (let index = 0; index < 60; index++)
    if (solver.accept(index, counts(thetas, index), stampOf(index)) === "accepted") arrived.push(index);
  assert.deepEqual(
    arrived,
    Array.from({ length: 20 }, (_, i) => 3 * i),
  );
  assert.deepEqual([solver.views, solver.capacity], [8, 8]);
  assertClose(await settle(solver), batch({ size, thetas }, arrived, parameters, fieldOf(fields)), 1e-4);
});

test("slices are in 1/cm where that is wanted and the size of a pixel is known, without being computed again", async () => {
  const thetas = table(24, false);
  const parameters = defaultParameters(size);
  const solver = new StreamingSolver({ backend: cpuBackend, size, table: thetas, parameters });
  for (let index = 0; index < 24; index++) solver.accept(index, counts(thetas, index), stampOf(index));
  const perPixel = await settle(solver);
  for (const [pixelSizeUm, factor] of [
    [2, 5000],
    [0, 1],
  ] as const) {
    solver.setParameters({ ...parameters, units: "1/cm", pixelSizeUm });
    assert.ok(solver.isIdle);
    assertClose(
      await settle(solver),
      perPixel.map((value) => value * factor),
      1e-6,
    );
  }
});

test("a projection or field of another size is refused", () => {
  const solver = new StreamingSolver({
    ...{ backend: cpuBackend, size, table: table(24, false), parameters: defaultParameters(size) },
  });
  assert.equal(solver.accept(0, new Uint16Array(10), stampOf(0)), "ignored");
  assert.equal(solver.setFields(new Float32Array(3), undefined), false);
});
