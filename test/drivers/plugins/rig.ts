import type { TestContext } from "node:test";
import { ArrayPorts } from "../../../src/drivers/ndarray/arrayPorts.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import type { NDPlugin, PluginSetup } from "../../../src/drivers/plugins/ndPlugin.js";
import { FrameSource, put } from "./frames.js";

/** A camera port that a test feeds, and plugins behind it that take frames in the call that delivers them. */
export function pluginRig(t: TestContext) {
  const arrayPorts = new ArrayPorts();
  const pool = new NDArrayPool();
  const camera = new FrameSource("CAM");
  arrayPorts.add(camera);
  const add = async <P extends NDPlugin>(
    make: (setup: PluginSetup) => P,
    values: Readonly<Record<string, string | number>> = {},
    setup: Partial<PluginSetup> = {},
  ): Promise<P> => {
    const plugin = make({
      portName: "PLUGIN",
      queueSize: 5,
      blocking: true,
      arrayPort: "CAM",
      arrayAddress: 0,
      arrayPorts,
      pool,
      ...setup,
    });
    arrayPorts.add(plugin);
    t.after(() => plugin.close());
    for (const [name, value] of Object.entries({ ...values, ENABLE_CALLBACKS: 1 }))
      await put(plugin, name, value);
    return plugin;
  };
  return { arrayPorts, pool, camera, add };
}
