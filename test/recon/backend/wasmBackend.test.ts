import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReconBackend, ViewAt } from "../../../src/recon/backend/backend.js";
import { plainKernelModule } from "../../../src/recon/backend/wasm/kernels.js";
import { layoutOf } from "../../../src/recon/backend/wasm/layout.js";
import { PackedMemory } from "../../../src/recon/backend/wasm/packedMemory.js";
import { wasmBackend } from "../../../src/recon/backend/wasm/wasmBackend.js";
import { WasmReconstruction } from "../../../src/recon/backend/wasm/wasmReconstruction.js";
import { Workplace } from "../../../src/recon/backend/wasm/workplace.js";
import { FlatField } from "../../../src/recon/pipeline/darkFlat.js";
import { onEachPlane, PLANES, type Plane, type SliceGeometry } from "../../../src/recon/pipeline/geometry.js";
import type { PreprocessParameters } from "../../../src/recon/pipeline/preprocess.js";
import { assertLikeReference, counts, jobs, plain, square, u16 } from "./jobs.js";

for (const threads of [1, 3])
  for (const [name, job] of Object.entries(jobs))
    test(`WebAssembly on ${threads} threads gives the slices of the reference: ${name}`, async () => {
      const backend = wasmBackend(threads);
      await assertLikeReference(backend, job);
      await backend.close?.();
    });

for (const [name, job] of Object.entries(jobs))
  test(`WebAssembly without relaxed SIMD gives the slices of the reference: ${name}`, () =>
    assertLikeReference(wasmBackend(1, plainKernelModule()), job));

test("a reconstruction goes on with the memory of the last of its size, and is as right as the first", async () => {
  const backend = wasmBackend(2);
  for (const name of ["filter Ramp", "everything at once", "filter Parzen", "8-bit counts"]) {
    const job = jobs[name] ?? assert.fail();
    await assertLikeReference(backend, job);
    assert.ok((backend.heldBytes ?? 0) > 0);
  }
  await backend.close?.();
  assert.equal(backend.heldBytes, 0);
});

test("the memory for packed projections ends where 32-bit addresses do", () => {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65_536, shared: true });
  const layout = layoutOf({ width: 2048, height: 2048 }, 1);
  const packed = new PackedMemory(memory, layout);
  const end = (place: number): number => (packed.at(place) ?? 0) + layout.packedBytes;
  assert.equal(packed.at(0), layout.bytes);
  assert.equal(packed.at(1), end(0));
  const most = Math.floor((2 ** 32 - layout.bytes) / layout.packedBytes);
  assert.equal(packed.at(most), undefined);
  assert.ok(end(most - 1) <= memory.buffer.byteLength);
});

/** A backend whose memory has no room for packed projections. */
const crowded: ReconBackend = {
  name: "wasm",
  start: (options) => {
    const workplace = new Workplace(options.size, 1, plainKernelModule());
    const { team } = workplace;
    const without = {
      team,
      packed: { at: () => undefined },
      takeSpare: () => undefined,
      giveSpares: () => {},
    };
    return new WasmReconstruction({ ...options, keepsFiltered: true }, without, () => workplace.close());
  },
};

for (const name of ["filter Ramp", "a tilted z-slice"])
  test(`packed projections that the kernels' memory has no room for are kept outside: ${name}`, () =>
    assertLikeReference(crowded, jobs[name] ?? assert.fail()));

const everything = jobs["everything at once"]?.parameters ?? plain;
const ways: Readonly<Record<string, readonly [ReconBackend, keepsFiltered: boolean, PreprocessParameters]>> =
  {
    "in the kernels' memory": [wasmBackend(2), true, plain],
    "outside it": [crowded, true, plain],
    nowhere: [wasmBackend(2), false, plain],
    "nowhere, their zingers taken out and phase retrieved": [wasmBackend(2), false, everything],
  };
for (const [where, [backend, keepsFiltered, parameters]] of Object.entries(ways))
  test(`several projections at once give what one after the other does, filtered ones kept ${where}`, async () => {
    const pixels = square.width * square.height;
    const places = Array.from({ length: 21 }, (_, place) => place);
    const start = () => {
      const reconstruction = backend.start({ size: square, keepsFiltered });
      const flat = new Float32Array(pixels).fill(30_000);
      reconstruction.preprocess(new FlatField(new Float32Array(pixels), flat), parameters);
      for (const place of places) reconstruction.keep(place, u16(counts(place, square)));
      return reconstruction;
    };
    const change = (place: number, weight: 1 | -1) => ({ place, thetaRadians: place * 0.15, weight });
    const window = 8;
    // All come, one more for each that leaves; then all but a few leave, and the first come again.
    const changes = [
      ...places.flatMap((place) => [
        ...(place < window ? [] : [change(place - window, -1)]),
        change(place, 1),
      ]),
      ...places.slice(-window, -2).map((place) => change(place, -1)),
      ...places.slice(0, window).map((place) => change(place, 1)),
    ];
    const left = [...places.slice(0, window), ...places.slice(-2)];
    const againOn = (planes: readonly Plane[]) =>
      left.flatMap((place) => [
        { ...change(place, 1), planes },
        // While a plane fills, the first leaves.
        ...(place === 3 ? [change(0, -1)] : []),
      ]);
    const single = start();
    const several = start();
    const steps: readonly (readonly [SliceGeometry, readonly Plane[], readonly ViewAt[]])[] = [
      [square, PLANES, changes],
      [{ ...square, center: 30 }, PLANES, changes],
      [{ ...square, center: 30, orthoX: 9 }, ["x"], againOn(["x"])],
      [{ ...square, rotZ: 5 }, PLANES, changes],
      [{ ...square, rotZ: 5, rotY: 9 }, ["y"], againOn(["y"])],
      [{ ...square, rotZ: 80 }, PLANES, changes],
      [square, PLANES, changes],
      [{ ...square, rotX: 30, orthoZ: 4 }, ["z", "x"], againOn(["z", "x"])],
    ];
    for (const [geometry, planes, views] of steps) {
      single.begin(geometry, planes);
      for (const { place, thetaRadians, weight, planes } of views)
        await single.add(place, thetaRadians, weight, planes);
      several.begin(geometry, planes);
      for (let done = 0; done < views.length; )
        done += several.addSome?.(views.slice(done)) ?? assert.fail("no way to add several");
      assert.deepEqual(
        await several.read(onEachPlane(() => 0.1)),
        await single.read(onEachPlane(() => 0.1)),
        `planes ${planes.join()}, tilt ${geometry.rotZ}`,
      );
    }
    await single.close();
    await several.close();
  });

for (const keepsFiltered of [true, false])
  test(`turn after turn leaves no drift, filtered projections ${keepsFiltered ? "kept" : "not kept"}`, async () => {
    const pixels = square.width * square.height;
    const start = () => {
      const reconstruction = wasmBackend(1).start({ size: square, keepsFiltered });
      const flat = new Float32Array(pixels).fill(30_000);
      reconstruction.preprocess(new FlatField(new Float32Array(pixels), flat), plain);
      reconstruction.begin(square);
      return reconstruction;
    };
    const long = start();
    const once = start();
    const window = 16;
    const frames = Array.from({ length: window }, (_, view) => u16(counts(view, square)));
    for (let view = 0; view < 50 * window; view++) {
      const place = view % window;
      if (view >= window) await long.add(place, place, -1);
      long.keep(place, frames[place] ?? new Uint16Array());
      await long.add(place, place, 1);
    }
    for (const [place, frame] of frames.entries()) {
      once.keep(place, frame);
      await once.add(place, place, 1);
    }
    const [after, fresh] = [await long.read(onEachPlane(() => 1)), await once.read(onEachPlane(() => 1))];
    for (const plane of ["z", "y", "x"] as const) {
      const largest = fresh[plane].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      after[plane].forEach((value, i) => {
        assert.ok(Math.abs(value - (fresh[plane][i] ?? 0)) < 1e-5 * largest, `${plane} slice, pixel ${i}`);
      });
    }
    long.close();
    once.close();
  });
