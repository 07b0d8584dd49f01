import type { Parameter, ParameterType } from "../asyn/portDriver.js";
import type { FileFormat } from "./fileFormat.js";
import type { PluginSetup } from "./ndPlugin.js";
import { NDPluginFile } from "./ndPluginFile.js";
import { OnDemandParameters } from "./onDemandParameters.js";

/** A format that says of every file that it cannot be written. */
const unwritable = (kind: string): FileFormat => {
  const refuse = () => Promise.reject(new Error(`${kind} files are not implemented`));
  return {
    isMultiFrame: true,
    prepare: () => {
      throw new Error(`${kind} files are not implemented`);
    },
    open: refuse,
    write: refuse,
    close: refuse,
    abandon: () => Promise.resolve(),
    dispose: () => Promise.resolve(),
  };
};

/** In the place of a file plugin that does not exist here: its records load, and WriteMessage says why no file is written. */
export class NDFileStandIn extends NDPluginFile {
  readonly #others = new OnDemandParameters();

  constructor(setup: PluginSetup, pluginType: string) {
    super(setup, pluginType, {}, unwritable(pluginType.replace("NDFile", "")));
    this.log.warn(`${pluginType} is not implemented: no file will be written`);
  }

  override parameter(name: string, address = 0, type?: ParameterType): Parameter {
    return super.parameter(name) ?? this.#others.get(name, address, type);
  }
}
