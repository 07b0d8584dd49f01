import type { ScanContext } from "./context.js";
import type { EndTask } from "./endScan.js";
import { readNumber, readText } from "./pvValues.js";
import { after, nothing, putAndWait, reach, type Step, sequence, within } from "./steps.js";

const FULL_TURN = 360;

/** The position within one turn, on the same side of zero. */
export const withinOneTurn = (angle: number): number => angle % FULL_TURN;

const setPosition = ({ beamline, times }: ScanContext, angle: number): Step =>
  sequence(
    putAndWait(beamline.rotation("SET"), "Set", times.put),
    putAndWait(beamline.rotation("VAL"), angle, times.put),
    putAndWait(beamline.rotation("SET"), "Use", times.put),
  );

/**
 * Where the stage returns after a scan it need not turn back whole turns: they are taken out of its position. It has to stand
 * still for that.
 */
export const forgetTurns = (context: ScanContext): EndTask => {
  const { beamline, times } = context;
  const still = beamline.rotation("DMOV");
  const forget = sequence(
    reach(still, (value) => value === 1).pipe(
      within(times.motion, `${still.name}: the stage did not come to rest`),
    ),
    after(
      () => readNumber(beamline.rotation("RBV")),
      (angle) => (Math.abs(angle) < FULL_TURN ? nothing : setPosition(context, withinOneTurn(angle))),
    ),
  );
  return [
    "whole turns",
    after(
      () => readText(beamline.own("ReturnRotation")),
      (returning) => (returning === "Yes" ? forget : nothing),
    ),
  ];
};
