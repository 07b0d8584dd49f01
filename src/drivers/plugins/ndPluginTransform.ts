import { makeParameters, type ParametersOf } from "../asyn/defineDriver.js";
import { choice } from "../asyn/driverParameter.js";
import { layoutOf } from "../ndarray/imageLayout.js";
import { infoOf, type NDArray, type NDArrayInfo } from "../ndarray/ndArray.js";
import { showImageSize } from "../ndarray/ndArrayParameters.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";
import { ORIENTATIONS, orientedDimensions } from "./orientation.js";

const transformParameters = { TRANSFORM_TYPE: choice(ORIENTATIONS) } as const;

/** Turns and mirrors each frame (NDPluginTransform). */
export class NDPluginTransform extends NDPlugin {
  readonly #params: ParametersOf<typeof transformParameters>;

  constructor(setup: PluginSetup) {
    const params = makeParameters(transformParameters);
    super(setup, "NDPluginTransform", params);
    this.#params = params;
  }

  protected override process(frame: NDArray): void | Promise<void> {
    const orientation = ORIENTATIONS[this.#params.TRANSFORM_TYPE.value ?? 0] ?? "None";
    if (orientation === "None") {
      showImageSize(this.base, frame);
      return this.emitInTurn(frame);
    }
    const { data: from, dimensions } = frame;
    const layout = layoutOf(frame);
    const info: NDArrayInfo = {
      ...infoOf(frame),
      dimensions: orientedDimensions(dimensions, layout, orientation),
    };
    showImageSize(this.base, info);
    return this.emitComputed("orient", frame, info, (to) => ({ from, dimensions, layout, orientation, to }));
  }
}
