// The WebAssembly kernels beside the same algorithm in C: node dist/bench/reconNative.js [size,size ...] [turns]. Needs gcc.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plainKernelModule } from "../src/recon/backend/wasm/kernels.js";
import { wasmBackend } from "../src/recon/backend/wasm/wasmBackend.js";
import { FlatField } from "../src/recon/pipeline/darkFlat.js";
import { defaultParameters, geometryOf, preprocessOf } from "../src/recon/solver/parameters.js";
import { repositoryRoot } from "../test/support/paths.js";

const [sizes = "1024,2048", turns = "5"] = process.argv.slice(2);

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Adds projections, and says what clock time and what time of the processors one takes, milliseconds. */
type Measure = (projections: number) => { readonly wall: number; readonly cpu: number };

interface Way {
  readonly threads?: number;
  readonly module?: WebAssembly.Module;
  /** Projections that are added at a time, as the solver does with those that wait. */
  readonly together?: number;
}

function webAssembly(n: number, { threads = 1, module, together = 1 }: Way): Measure {
  const size = { width: n, height: n };
  const parameters = defaultParameters(size);
  const reconstruction = wasmBackend(threads, module).start({ size, keepsFiltered: false });
  const fields = new FlatField(new Float32Array(n * n).fill(100), new Float32Array(n * n).fill(40_000));
  reconstruction.preprocess(fields, preprocessOf(parameters));
  reconstruction.begin(geometryOf(size, parameters));
  for (let place = 0; place < 4; place++)
    reconstruction.keep(
      place,
      Uint16Array.from({ length: n * n }, (_, i) => 20_000 + ((i + 31 * place) % 997) * 10),
    );
  return (projections) => {
    const views = Array.from({ length: projections }, (_, view) => ({
      ...{ place: view % 4, thetaRadians: (view * Math.PI) / projections, weight: 1 as const },
    }));
    const cpu = process.cpuUsage();
    const start = performance.now();
    for (let done = 0; done < projections; ) {
      done += reconstruction.addSome?.(views.slice(done, done + together)) ?? 1;
    }
    const wall = (performance.now() - start) / projections;
    const { user, system } = process.cpuUsage(cpu);
    return { wall, cpu: (user + system) / 1000 / projections };
  };
}

/** A program from reconKernels.c for `lanes` floats in a vector. */
function native(directory: string, n: number, lanes: number): Measure {
  const program = join(directory, `kernels${lanes}`);
  const source = join(repositoryRoot, "bench", "reconKernels.c");
  execFileSync("gcc", [
    "-O3",
    "-march=native",
    "-ffast-math",
    `-DLANES=${lanes}`,
    "-o",
    program,
    source,
    "-lm",
  ]);
  return (projections) => {
    const cpu = Number.parseFloat(execFileSync(program, [String(n), String(projections)]).toString());
    return { wall: cpu, cpu };
  };
}

function compare(directory: string, n: number): Record<string, Record<string, string>> {
  const sides = {
    WebAssembly: webAssembly(n, {}),
    "WebAssembly, four at a time": webAssembly(n, { together: 4 }),
    "WebAssembly, no relaxed SIMD": webAssembly(n, { module: plainKernelModule() }),
    "WebAssembly, two threads": webAssembly(n, { threads: 2 }),
    "C, vectors of 4": native(directory, n, 4),
    "C, vectors of 8": native(directory, n, 8),
    "C, vectors of 16": native(directory, n, 16),
  };
  const projections = Math.ceil(64 * (1024 / n) ** 2);
  const measured = Object.fromEntries(
    Object.entries(sides).map(([name, measure]) => {
      measure(projections);
      return [name, { measure, wall: [] as number[], cpu: [] as number[], ratio: [] as number[] }];
    }),
  );
  for (let turn = 0; turn < Number(turns); turn++) {
    let ours = Number.NaN;
    for (const side of Object.values(measured)) {
      const { wall, cpu } = side.measure(projections);
      if (side === measured["WebAssembly"]) ours = cpu;
      side.wall.push(wall);
      side.cpu.push(cpu);
      side.ratio.push(cpu / ours);
    }
  }
  return Object.fromEntries(
    Object.entries(measured).map(([name, { wall, cpu, ratio }]) => [
      `${n} x ${n}: ${name}`,
      {
        "processor time": `${median(cpu).toFixed(2)} ms`,
        best: `${Math.min(...cpu).toFixed(2)} ms`,
        "per second of it": (1000 / median(cpu)).toFixed(0),
        "clock time": `${median(wall).toFixed(2)} ms`,
        "WebAssembly's rate beside it": `${(100 * median(ratio)).toFixed(0)} %`,
      },
    ]),
  );
}

const directory = mkdtempSync(join(tmpdir(), "recon-bench-"));
for (const n of sizes.split(",").map(Number)) console.table(compare(directory, n));
rmSync(directory, { recursive: true });
process.exit();
