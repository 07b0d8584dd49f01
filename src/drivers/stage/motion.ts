/** A stretch of constant acceleration that begins at `time`. */
export interface MotionSegment {
  readonly time: number;
  readonly position: number;
  readonly velocity: number;
  readonly acceleration: number;
}

/**
 * Where an axis is at every moment, as a formula: segments in order of time, the last of which lasts for ever (at rest after a
 * move, at constant velocity in a jog). Units are the axis's own and seconds.
 */
export interface Motion {
  readonly segments: readonly [MotionSegment, ...MotionSegment[]];
  /** When the axis comes to rest; Infinity for a jog. */
  readonly endTime: number;
}

export interface MotionState {
  readonly time: number;
  readonly position: number;
  readonly velocity: number;
}

/** Limits of a trapezoid profile; both positive. */
export interface Profile {
  readonly velocity: number;
  readonly acceleration: number;
}

const at = (segment: MotionSegment, time: number): MotionState => {
  const elapsed = Math.max(0, time - segment.time);
  return {
    time,
    position: segment.position + (segment.velocity + 0.5 * segment.acceleration * elapsed) * elapsed,
    velocity: segment.velocity + segment.acceleration * elapsed,
  };
};

const segmentAt = ({ segments }: Motion, time: number): MotionSegment =>
  segments.findLast((segment) => segment.time <= time) ?? segments[0];

/** Position and velocity at a moment; before the motion began it is as at its beginning. */
export const stateAt = (motion: Motion, time: number): MotionState => at(segmentAt(motion, time), time);

export const positionAt = (motion: Motion, time: number): number => stateAt(motion, time).position;

export const atRest = (position: number, time = 0): Motion => ({
  segments: [{ time, position, velocity: 0, acceleration: 0 }],
  endTime: time,
});

/** Strings accelerations together: each phase is an acceleration and how long it lasts. */
function assemble(start: MotionState, phases: readonly (readonly [number, number])[]): MotionSegment[] {
  const segments: MotionSegment[] = [];
  let state = start;
  for (const [acceleration, duration] of phases) {
    if (duration <= 0) continue;
    const segment = { ...state, acceleration };
    segments.push(segment);
    state = at(segment, state.time + duration);
  }
  segments.push({ ...state, acceleration: 0 });
  return segments;
}

const nonEmpty = (segments: MotionSegment[]): Motion["segments"] => {
  const [first, ...rest] = segments;
  if (first === undefined) throw new Error("a motion has at least one segment");
  return [first, ...rest];
};

/** Slows down to rest. */
export function planStop(start: MotionState, acceleration: number): Motion {
  const duration = Math.abs(start.velocity) / acceleration;
  const segments = assemble(start, [[-Math.sign(start.velocity) * acceleration, duration]]);
  const last = segments.at(-1);
  const rest = atRest(last?.position ?? start.position, start.time + duration);
  return { segments: nonEmpty([...segments.slice(0, -1), ...rest.segments]), endTime: rest.endTime };
}

/** Changes to `velocity` (signed) and keeps it. */
export function planJog(start: MotionState, velocity: number, acceleration: number): Motion {
  const change = velocity - start.velocity;
  const segments = assemble(start, [[Math.sign(change) * acceleration, Math.abs(change) / acceleration]]);
  const last = { ...(segments.at(-1) ?? { ...start, acceleration: 0 }), velocity };
  return { segments: nonEmpty([...segments.slice(0, -1), last]), endTime: Infinity };
}

/**
 * A trapezoid to `target`, from whatever the axis is doing: when it moves the wrong way, or too fast to stop in time, it first comes
 * to rest and then returns. Ends exactly on `target`.
 */
export function planMove(start: MotionState, target: number, profile: Profile): Motion {
  const { acceleration } = profile;
  const distance = target - start.position;
  const direction = Math.sign(distance) || 1;
  const speed = start.velocity * direction;
  const stopping = (speed * speed) / (2 * acceleration);
  if (speed < 0 || (speed > 0 && stopping > Math.abs(distance))) {
    const stop = planStop(start, acceleration);
    const rest = stateAt(stop, stop.endTime);
    const back = planMove({ ...rest, velocity: 0 }, target, profile);
    return {
      segments: nonEmpty([...stop.segments.slice(0, -1), ...back.segments]),
      endTime: back.endTime,
    };
  }
  return trapezoid(start, target, profile);
}

function trapezoid(start: MotionState, target: number, { velocity, acceleration }: Profile): Motion {
  const distance = Math.abs(target - start.position);
  const direction = Math.sign(target - start.position);
  const speed = Math.abs(start.velocity);
  // The speed at which accelerating and braking alone cover the distance.
  const peak = Math.sqrt(acceleration * distance + (speed * speed) / 2);
  const cruise = Math.min(velocity, peak);
  const changing = Math.abs(cruise - speed) / acceleration;
  const braking = cruise / acceleration;
  const changed = ((speed + cruise) / 2) * changing;
  const cruising = cruise > 0 ? Math.max(0, distance - changed - (cruise * braking) / 2) / cruise : 0;
  const segments = assemble(start, [
    [direction * Math.sign(cruise - speed) * acceleration, changing],
    [0, cruising],
    [-direction * acceleration, braking],
  ]);
  const endTime = start.time + changing + cruising + braking;
  const rest = { time: endTime, position: target, velocity: 0, acceleration: 0 };
  return { segments: nonEmpty([...segments.slice(0, -1), rest]), endTime };
}

/** Moments in [from, to] at which one segment passes `position`, in order. */
function crossingsInSegment(segment: MotionSegment, position: number, from: number, to: number): number[] {
  const { velocity, acceleration } = segment;
  const offset = segment.position - position;
  const times: number[] = [];
  if (acceleration === 0) {
    if (velocity !== 0) times.push(-offset / velocity);
  } else {
    const discriminant = velocity * velocity - 2 * acceleration * offset;
    if (discriminant >= 0) {
      // The product of the roots avoids the cancellation of the textbook formula.
      const q = -(velocity + (velocity < 0 ? -1 : 1) * Math.sqrt(discriminant));
      times.push(q / acceleration);
      if (q !== 0) times.push((2 * offset) / q);
    }
  }
  return times
    .map((elapsed) => segment.time + elapsed)
    .filter((time) => time >= from && time <= to)
    .sort((a, b) => a - b);
}

/** A moment when the axis passes a mark. */
export interface Crossing {
  readonly time: number;
  /** Which mark: `origin + index * spacing`. */
  readonly index: number;
}

/** Equally spaced marks along an axis, as an encoder's position-synchronised output makes them. */
export interface Marks {
  readonly origin: number;
  /** Positive. */
  readonly spacing: number;
}

/**
 * The first mark passed from `from` on, or undefined when no mark is passed any more. The mark passed last (`lastIndex`) does not count
 * again: a distance counter starts there, so that an axis that turns back passes the neighbour first.
 */
export function nextCrossing(
  motion: Motion,
  marks: Marks,
  from: number,
  lastIndex?: number,
): Crossing | undefined {
  for (const [number, segment] of motion.segments.entries()) {
    const to = motion.segments[number + 1]?.time ?? Infinity;
    if (to <= from) continue;
    const found = firstInSegment(segment, marks, Math.max(from, segment.time), to, lastIndex);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The marks next to where the axis is, on both sides, and the ones behind them where a neighbour was passed last. */
function firstInSegment(
  segment: MotionSegment,
  marks: Marks,
  from: number,
  to: number,
  lastIndex: number | undefined,
): Crossing | undefined {
  if (segment.velocity === 0 && segment.acceleration === 0) return undefined;
  const near = Math.round((at(segment, from).position - marks.origin) / marks.spacing);
  return [near - 2, near - 1, near, near + 1, near + 2]
    .filter((index) => index !== lastIndex)
    .flatMap((index) =>
      crossingsInSegment(segment, marks.origin + index * marks.spacing, from, to).map((time) => ({
        time,
        index,
      })),
    )
    .sort((a, b) => a.time - b.time)
    .at(0);
}
