// npm run fuzz [target|all] [count] [seed]: inputs for the parsers and codecs, a million each where nothing else is said.
import { join } from "node:path";
import { root, run, setup } from "./setup.mjs";

setup();
run("node", ["--enable-source-maps", join(root, "dist/test/fuzz/main.js"), ...process.argv.slice(2)]);
