import { recordState } from "../recordState.js";
import type { Motor } from "./motorGeometry.js";

/** One way of a motion, in dial units. */
export interface Leg {
  readonly target: number;
  readonly velocity: number;
  readonly acceleration: number;
}

/** What a motor record keeps besides its fields. */
export interface MotorState {
  /** What subscribers know of the fields that the record changes by itself. */
  readonly posted: Map<string, unknown>;
  /** A put, not the controller, is why the record is processed. */
  put: boolean;
  /** The axis was told to move, or does: its rest is yet to be looked at. */
  underWay: boolean;
  /** At rest there is something to do besides looking whether the target was reached (PP of synApps's record). */
  postProcess: boolean;
  /** Ways that follow the one under way. */
  legs: Leg[];
  /** The settling time after a motion runs or has run. */
  settling: "no" | "running" | "over";
}

export const stateOf = recordState<Motor, MotorState>(() => ({
  posted: new Map(),
  put: false,
  underWay: false,
  postProcess: false,
  legs: [],
  settling: "no",
}));
