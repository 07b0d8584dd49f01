// Writes the programs of bin/ to dist/programs, each with the libraries it needs in one piece and what they share beside
// it: a program is there in a third of the time that loading a thousand modules takes
// (docs/decisions/0031-programs-start-from-bundles.md).
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";
import { root } from "./setup.mjs";

const compiled = join(root, "dist", "src");
const programs = join(root, "dist", "programs");

/** Workers, kernels and databases are looked for beside the module that asks for them: it keeps its own address. */
const moduleAddresses = {
  name: "module addresses",
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, ({ path }) => {
      if (!path.startsWith(compiled)) return undefined;
      const address = `new URL(${JSON.stringify(relative(programs, path))}, import.meta.url).href`;
      return { contents: readFileSync(path, "utf8").replaceAll("import.meta.url", address) };
    });
  },
};

rmSync(programs, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: readdirSync(join(root, "bin"))
    .map((name) => (name === "linux-x86_64" ? undefined : join(compiled, "cli", `${name}.js`)))
    .filter((entry) => entry !== undefined),
  outdir: programs,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: true,
  // Less to read at each start; names stay, for stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
  external: ["@jsquash/*", "gpu.js", "h5wasm", "webgpu"],
  // Libraries in CommonJS still call require for Node's own modules.
  banner: {
    js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
  },
  plugins: [moduleAddresses],
  logLevel: "warning",
});
