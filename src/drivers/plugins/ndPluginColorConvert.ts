import { makeParameters, type ParametersOf } from "../asyn/defineDriver.js";
import { int32 } from "../asyn/driverParameter.js";
import type { NDArray } from "../ndarray/ndArray.js";
import { planColors } from "./colorConversion.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";

const colorParameters = { COLOR_MODE_OUT: int32(0), FALSE_COLOR: int32() } as const;

/** Brings each image into a color mode, or hands it on as it is where that cannot be done (NDPluginColorConvert). */
export class NDPluginColorConvert extends NDPlugin {
  readonly #params: ParametersOf<typeof colorParameters>;

  constructor(setup: PluginSetup) {
    const params = makeParameters(colorParameters);
    super(setup, "NDPluginColorConvert", params);
    this.#params = params;
    this.base.ARRAY_CALLBACKS.set(1);
  }

  protected override process(frame: NDArray): void | Promise<void> {
    const { COLOR_MODE_OUT, FALSE_COLOR } = this.#params;
    const plan = planColors(frame, COLOR_MODE_OUT.value ?? 0, FALSE_COLOR.value ?? 0);
    if (plan === undefined) return this.emitInTurn(frame);
    return this.emitComputed("colors", frame, plan.info, (to) => ({ ...plan.step, from: frame.data, to }));
  }
}
