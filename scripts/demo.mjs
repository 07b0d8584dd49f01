// npm run demo: installs and compiles when needed, then boots the simulated beamline.
import { setup } from "./setup.mjs";

setup();
await import("../dist/src/cli/demo.js");
