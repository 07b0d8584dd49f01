/** The angle of each projection of a scan, as StreamTheta broadcasts them, continued beyond its end. */
export interface ThetaTable {
  /** Degrees of projection `index`, counted from the scan's first; undefined before the first. */
  theta(index: number): number | undefined;
  /** Typical distance between neighbouring projections, degrees, > 0. */
  readonly step: number;
}

/**
 * Table from broadcast angles in degrees; undefined when there are none or they do not move. Ids past the end (which
 * upstream pins to the last angle) go on as the scan does: a continuous scan with its step, a back-and-forth scan by
 * repeating its sweeps.
 */
export function thetaTable(degrees: ArrayLike<number>): ThetaTable | undefined {
  const count = degrees.length;
  const step = medianStep(degrees);
  if (step === undefined) return undefined;
  const at = (index: number): number => degrees[index] ?? 0;
  const sweep = sweepLength(degrees);
  // The whole range tells the step better than neighbours do, which are rounded to single precision.
  const advance = (at(count - 1) - at(0)) / (count - 1);
  return {
    step,
    theta(index) {
      if (index < 0) return undefined;
      if (index < count) return at(index);
      if (sweep === undefined) return at(count - 1) + advance * (index - count + 1);
      const phase = index % (2 * sweep);
      return at(phase < count ? phase : Math.max(0, 2 * sweep - 1 - phase));
    },
  };
}

/** Projections of the first sweep, when the angles turn around. */
function sweepLength(degrees: ArrayLike<number>): number | undefined {
  const direction = Math.sign((degrees[1] ?? 0) - (degrees[0] ?? 0));
  for (let index = 1; index < degrees.length; index++) {
    const difference = (degrees[index] ?? 0) - (degrees[index - 1] ?? 0);
    if (difference * direction <= 0) return index;
  }
  return undefined;
}

const STEPS_LOOKED_AT = 2000;

function medianStep(degrees: ArrayLike<number>): number | undefined {
  const steps: number[] = [];
  for (let index = 1; index < Math.min(degrees.length, STEPS_LOOKED_AT); index++) {
    const step = Math.abs((degrees[index] ?? 0) - (degrees[index - 1] ?? 0));
    if (step > 0) steps.push(step);
  }
  return steps.sort((a, b) => a - b)[steps.length >> 1];
}
