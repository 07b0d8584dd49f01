import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the package is installed; compiled files lie in dist/src/libcom. */
export const packageDirectory = join(dirname(fileURLToPath(import.meta.url)), "../../..");
