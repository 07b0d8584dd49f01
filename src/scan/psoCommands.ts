import { roundHalfEven, type ScanPositions } from "./positions.js";

export interface PsoController {
  readonly model: "Ensemble" | "A3200";
  readonly axis: string;
  readonly encoderInput: number;
  /** Microseconds. */
  readonly pulseWidth: number;
}

/** The window opens half a step before the first pulse; a few counts more absorb the encoder's noise. */
const WINDOW_MARGIN = 5;

/** The counts, from where the controller is armed, between which it may give pulses. */
export function pulseWindow({
  encoderCountsPerStep,
  numAngles,
  sense,
}: Pick<ScanPositions, "encoderCountsPerStep" | "numAngles" | "sense">): { from: number; to: number } {
  const counts = Math.abs(encoderCountsPerStep);
  const first = -roundHalfEven(counts / 2) * sense;
  const last = first + counts * numAngles * sense;
  return { from: Math.min(first, last) - WINDOW_MARGIN, to: Math.max(first, last) + WINDOW_MARGIN };
}

/** What sets up one pulse for every step, up to but without arming. The stage stands at the first projection. */
export function programCommands(
  { model, axis, encoderInput, pulseWidth }: PsoController,
  positions: Pick<ScanPositions, "encoderCountsPerStep" | "numAngles" | "sense">,
): string[] {
  const window = pulseWindow(positions);
  const width = pulseWidth.toFixed(6);
  return [
    `PSOCONTROL ${axis} RESET`,
    model === "A3200" ? `PSOOUTPUT ${axis} CONTROL 0 1` : `PSOOUTPUT ${axis} CONTROL 1`,
    `PSOPULSE ${axis} TIME ${width},${width}`,
    `PSOOUTPUT ${axis} PULSE WINDOW MASK`,
    `PSOTRACK ${axis} INPUT ${encoderInput}`,
    `PSODISTANCE ${axis} FIXED ${Math.abs(positions.encoderCountsPerStep)}`,
    `PSOWINDOW ${axis} 1 INPUT ${encoderInput}`,
    `PSOWINDOW ${axis} 1 RANGE ${window.from},${window.to}`,
  ];
}

export const armCommand = ({ axis }: PsoController): string => `PSOCONTROL ${axis} ARM`;

export const cleanUpCommands = ({ model, axis }: PsoController): string[] => [
  model === "A3200" ? `PSOWINDOW ${axis} 1 OFF` : `PSOWINDOW ${axis} OFF`,
  `PSOCONTROL ${axis} OFF`,
];

/** Asks an A3200 for the counts of one revolution; an Ensemble cannot tell. */
export const countsPerRotationCommand = ({ axis }: PsoController): string => `UNITSTOCOUNTS(${axis}, 360.0)`;

/** Programs on the controller that keep encoder positions, and the variable that holds the one of the first pulse. */
export const DATA_ACQUISITION = {
  off: 'PROGRAM RUN 1, "dataacqoff.bcx"',
  on: 'PROGRAM RUN 1, "dataacqon.bcx"',
  read: 'PROGRAM RUN 1, "dataacqread.bcx"',
  position: "IGLOBAL(0)",
} as const;

/** The number of a reply such as `%1184`; undefined when the controller did not accept the command. */
export function replyNumber(reply: string): number | undefined {
  const text = reply.trim();
  const number = Number.parseFloat(text.slice(1));
  return text.startsWith("%") && Number.isFinite(number) ? number : undefined;
}
