import { newestHalfTurn } from "../center/halfTurn.js";

/** Half turns that a scan covers may be this many steps longer or shorter. */
const SLACK_STEPS = 1.5;

/**
 * The views of a scan that together weigh every direction the same: all of a scan over one or more half turns in one
 * direction, else those of the newest half turn.
 */
export function balancedViews(degrees: ArrayLike<number>): number[] {
  const count = degrees.length;
  const all = Array.from({ length: count }, (_, view) => view);
  const at = (view: number): number => degrees[view] ?? 0;
  const range = Math.abs(at(count - 1) - at(0));
  const step = range / Math.max(count - 1, 1);
  const moves = all.slice(1).map((view) => at(view) - at(view - 1));
  const turnsBack = moves.some((move) => move > 0) && moves.some((move) => move < 0);
  if (turnsBack) return newestHalfTurn(degrees);
  const covered = range + step;
  const halfTurns = Math.max(1, Math.round(covered / 180));
  const isWhole = Math.abs(covered - 180 * halfTurns) <= SLACK_STEPS * step;
  return covered < 180 || isWhole ? all : newestHalfTurn(degrees);
}
