import type { Command } from "../shell.js";
import { breakpointCommands } from "./breakpointCommands.js";
import { clientCommands } from "./clientCommands.js";
import { definitionCommands } from "./definitionCommands.js";
import { environmentCommands } from "./environmentCommands.js";
import { fieldCommands } from "./fieldCommands.js";
import { initTraceCommand } from "./initTrace.js";
import { lifecycleCommands } from "./lifecycleCommands.js";
import { linkCommands } from "./linkCommands.js";
import { listCommands } from "./listCommands.js";
import { logCommands } from "./logCommands.js";
import { processCommands } from "./processCommands.js";
import { scanCommands } from "./scanCommands.js";
import { settingCommands } from "./settingCommands.js";
import { shellCommands } from "./shellCommands.js";
import { baseStandIns, driverStandIns } from "./standIns.js";
import { stateCommands } from "./stateCommands.js";
import { systemCommands } from "./systemCommands.js";

/** Names that are accepted without effect, for a command of the same name to replace. */
export const standIns: readonly Command[] = [...baseStandIns, ...driverStandIns];

export const builtinCommands = (): readonly Command[] => [
  ...shellCommands,
  ...environmentCommands,
  ...lifecycleCommands,
  ...listCommands,
  ...fieldCommands,
  ...processCommands,
  ...clientCommands,
  ...linkCommands,
  ...breakpointCommands,
  ...scanCommands,
  ...stateCommands,
  ...definitionCommands,
  ...systemCommands,
  ...logCommands(),
  initTraceCommand(),
  ...settingCommands,
];
