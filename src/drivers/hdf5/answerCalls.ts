import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import h5wasm from "h5wasm/node";
import { answerCalls } from "../../libcom/workerCalls.js";
import { describeHdf5Error } from "./hdf5Error.js";

/** Compression filters that the library loads when a file needs them. */
const filterPlugins = join(
  dirname(createRequire(import.meta.url).resolve("h5wasm-plugins/package.json")),
  "plugins",
);

/** The worker's side: performs each call with the HDF5 library ready and throwing. */
export async function answerHdf5Calls<Request, Value>(perform: (request: Request) => Value): Promise<void> {
  const hdf5 = await h5wasm.ready;
  hdf5.insert_plugin_search_path(filterPlugins, 0);
  hdf5.activate_throwing_error_handler();
  answerCalls(perform, describeHdf5Error);
}
