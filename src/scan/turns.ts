import type { ScanContext } from "./context.js";
import type { EndTask } from "./endScan.js";
import { readNumber, readText } from "./pvValues.js";
import { after, putAndWait, type Step, sequence, when } from "./steps.js";

const FULL_TURN = 360;

/** The position within one turn, on the same side of zero. */
export const withinOneTurn = (angle: number): number => angle % FULL_TURN;

const setPosition = ({ beamline, times }: ScanContext, angle: number): Step =>
  sequence(
    putAndWait(beamline.rotation("SET"), "Set", times.put),
    putAndWait(beamline.rotation("VAL"), angle, times.put),
    putAndWait(beamline.rotation("SET"), "Use", times.put),
  );

/** Where the stage returns after a scan it need not turn back whole turns: they are taken out of its position. */
export const forgetTurns = (context: ScanContext): EndTask => {
  const { beamline } = context;
  const forget = after(
    () => readNumber(beamline.rotation("RBV")),
    (angle) => when(Math.abs(angle) >= FULL_TURN, setPosition(context, withinOneTurn(angle))),
  );
  return [
    "whole turns",
    after(
      () => readText(beamline.own("ReturnRotation")),
      (returning) => when(returning === "Yes", forget),
    ),
  ];
};
