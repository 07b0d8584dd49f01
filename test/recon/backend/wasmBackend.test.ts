import assert from "node:assert/strict";
import { test } from "node:test";
import { plainKernelModule } from "../../../src/recon/backend/wasm/kernels.js";
import { wasmBackend } from "../../../src/recon/backend/wasm/wasmBackend.js";
import { FlatField } from "../../../src/recon/pipeline/darkFlat.js";
import { assertLikeReference, counts, jobs, plain, square, u16 } from "./jobs.js";

for (const threads of [1, 3])
  for (const [name, job] of Object.entries(jobs))
    test(`WebAssembly on ${threads} threads gives the slices of the reference: ${name}`, () =>
      assertLikeReference(wasmBackend(threads), job));

for (const [name, job] of Object.entries(jobs))
  test(`WebAssembly without relaxed SIMD gives the slices of the reference: ${name}`, () =>
    assertLikeReference(wasmBackend(1, plainKernelModule()), job));

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
    const [after, fresh] = [await long.read(1), await once.read(1)];
    for (const plane of ["z", "y", "x"] as const) {
      const largest = fresh[plane].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      after[plane].forEach((value, i) => {
        assert.ok(Math.abs(value - (fresh[plane][i] ?? 0)) < 1e-5 * largest, `${plane} slice, pixel ${i}`);
      });
    }
    long.close();
    once.close();
  });
