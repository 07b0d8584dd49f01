import type { FileFormat } from "./fileFormat.js";
import type { PluginSetup } from "./ndPlugin.js";
import { NDPluginFile } from "./ndPluginFile.js";

const nothing = (): Promise<void> => Promise.resolve();

const nullFormat: FileFormat = {
  isMultiFrame: false,
  prepare() {},
  open: nothing,
  write: nothing,
  close: nothing,
  abandon: nothing,
  dispose: nothing,
};

/** Says of each file that it is written, and writes none (NDFileNull): what is wanted may be that DeleteDriverFile removes the driver's. */
export class NDFileNull extends NDPluginFile {
  constructor(setup: PluginSetup) {
    super(setup, "NDFileNull", {}, nullFormat);
  }
}
