import { makeParameters, type ParametersOf } from "../asyn/defineDriver.js";
import { choice } from "../asyn/driverParameter.js";
import type { NDArray } from "../ndarray/ndArray.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";
import { ORIENTATIONS, orient, orientedDimensions } from "./orientation.js";

const transformParameters = { TRANSFORM_TYPE: choice(ORIENTATIONS) } as const;

/** Turns and mirrors each frame (NDPluginTransform). */
export class NDPluginTransform extends NDPlugin {
  readonly #params: ParametersOf<typeof transformParameters>;

  constructor(setup: PluginSetup) {
    const params = makeParameters(transformParameters);
    super(setup, "NDPluginTransform", params);
    this.#params = params;
  }

  protected override process(frame: NDArray): void {
    const orientation = ORIENTATIONS[this.#params.TRANSFORM_TYPE.value ?? 0] ?? "None";
    if (orientation === "None") {
      this.emit(frame);
      return;
    }
    const output = this.pool.allocate({
      uniqueId: frame.uniqueId,
      timeStamp: frame.timeStamp,
      epicsTimestamp: frame.epicsTimestamp,
      dataType: frame.dataType,
      dimensions: orientedDimensions(frame, orientation),
      attributes: frame.attributes,
    });
    if (output === undefined) throw new Error("the frame pool is exhausted");
    orient(frame, orientation, output.data);
    this.emit(output);
    output.release();
  }
}
