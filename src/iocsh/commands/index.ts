import type { Command } from "../shell.js";
import { clientCommands } from "./clientCommands.js";
import { environmentCommands } from "./environmentCommands.js";
import { fieldCommands } from "./fieldCommands.js";
import { lifecycleCommands } from "./lifecycleCommands.js";
import { listCommands } from "./listCommands.js";
import { processCommands } from "./processCommands.js";
import { reportCommands } from "./reportCommands.js";
import { shellCommands } from "./shellCommands.js";
import { baseStandIns, driverStandIns } from "./standIns.js";
import { stateCommands } from "./stateCommands.js";

/** Names that are accepted without effect, for a command of the same name to replace. */
export const standIns: readonly Command[] = [...baseStandIns, ...driverStandIns];

export const builtinCommands: readonly Command[] = [
  ...shellCommands,
  ...environmentCommands,
  ...lifecycleCommands,
  ...listCommands,
  ...fieldCommands,
  ...processCommands,
  ...clientCommands,
  ...reportCommands,
  ...stateCommands,
];
