import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository root: compiled tests live in dist/test/support. */
export const repositoryRoot = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

/** Beamline files and the measurement beside the checkout; absent where the repository stands alone. */
export const sharedDirectory = join(repositoryRoot, "..", "shared");

/** Options for a test that reads `../shared`: skipped with a message where it is absent. */
export const needsShared = existsSync(sharedDirectory) ? {} : { skip: "../shared is absent" };
