import { type PluginArguments, type PluginContext, register, setupOf } from "../plugins/configure.js";
import { NDFileHDF5 } from "./ndFileHDF5.js";

/** Before the process ends, await `closed` of the port after `close()`: the last file may still be open. */
export const NDFileHDF5Configure = (context: PluginContext, args: PluginArguments): NDFileHDF5 =>
  register(context, args.portName, () => new NDFileHDF5(setupOf(context, args)));
