import type { Command } from "../iocsh/index.js";
import { asynCommands } from "./asynCommands.js";
import { beamlineCommands } from "./beamlineCommands.js";
import { cameraCommands } from "./cameraCommands.js";
import type { IocParts } from "./iocParts.js";
import { motorCommands } from "./motorCommands.js";
import { pluginCommands } from "./pluginCommands.js";

/** Shell commands that make ports: the simulated beamline, its plugins, and connections to real controllers. */
export const driverCommands = (ioc: IocParts): readonly Command[] => [
  ...cameraCommands(ioc),
  ...pluginCommands(ioc),
  ...asynCommands(ioc),
  ...motorCommands(ioc),
  ...beamlineCommands(ioc),
];
