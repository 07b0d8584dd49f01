import type { DbStates } from "../../dbStates.js";
import type { DeviceSupport } from "../../deviceSupport.js";
import { dbState } from "./dbState.js";
import { environment } from "./environment.js";
import { generalTime } from "./generalTime.js";
import { softTimestamp } from "./softTimestamp.js";
import { stdio } from "./stdio.js";

/** The device supports of EPICS Base besides the soft channels, in the order that gives DTYP its numbers. */
export const baseDeviceSupports = (states: DbStates): readonly DeviceSupport[] => [
  softTimestamp,
  generalTime,
  stdio,
  environment,
  dbState(states),
];
