import type { Parameter, ParameterType } from "../asyn/portDriver.js";
import type { NDArray } from "../ndarray/ndArray.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";
import { OnDemandParameters } from "./onDemandParameters.js";

/**
 * In the place of a plugin that does not exist here: its port, the parameters of every plugin, and any other that a record asks for,
 * so that the database of the real one loads. Frames go on unchanged, or not at all where the real one makes something else of them.
 */
export class NDPluginStandIn extends NDPlugin {
  readonly #others = new OnDemandParameters();
  readonly #passesFrames: boolean;

  constructor(setup: PluginSetup, pluginType: string, passesFrames: boolean) {
    super(setup, pluginType, {});
    this.#passesFrames = passesFrames;
    this.log.warn(
      `${pluginType} is not implemented: ${passesFrames ? "frames go through unchanged" : "no frames come out"}`,
    );
  }

  override parameter(name: string, address = 0, type?: ParameterType): Parameter {
    return super.parameter(name) ?? this.#others.get(name, address, type);
  }

  protected override process(frame: NDArray): void {
    if (this.#passesFrames) this.emit(frame);
  }
}
