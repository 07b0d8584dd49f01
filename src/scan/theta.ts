/** The angles of a stream of projections, in degrees. */
export interface ThetaRule {
  readonly scanType: "backforth" | "continuous";
  readonly start: number;
  readonly step: number;
  /** Projections of one sweep. */
  readonly numAngles: number;
}

/** The angle of projection `index`, counted from 0; a stream goes on beyond its first sweep. */
export function thetaAt({ scanType, start, step, numAngles }: ThetaRule, index: number): number {
  if (scanType === "continuous") return start + index * step;
  const cycle = 2 * numAngles;
  const phase = ((index % cycle) + cycle) % cycle;
  return start + (phase < numAngles ? phase : cycle - 1 - phase) * step;
}

/**
 * The place in the stream of the frame with this id. FirstProjid is the id of the frame before the first projection: 0
 * at the start of a scan, because cameras number the frames of an acquisition from 1.
 */
export const thetaIndex = (uniqueId: number, firstProjid: number): number => uniqueId - 1 - firstProjid;

/** The angles of a stream from one frame on: until it was synchronized, and since. */
export interface StreamAngles {
  readonly rule: ThetaRule;
  /** The id of the frame before the first that the rule is for. */
  readonly firstProjid: number;
  /** Those of the frames before. */
  readonly before?: StreamAngles;
}

/** The angle of the frame with this id; a capture may begin with frames from before a synchronization. */
export function angleOfFrame(angles: StreamAngles, uniqueId: number): number {
  let part = angles;
  while (part.before !== undefined && uniqueId <= part.firstProjid) part = part.before;
  return thetaAt(part.rule, thetaIndex(uniqueId, part.firstProjid));
}

/** GigE Vision cameras number their frames from 1 to here, then from 1 again. */
const LAST_ID = 65_535;

/** `id` as a camera without a limit would have given it, the one that is nearest to the id `known` of another frame. */
export const continuedId = (known: number, id: number): number =>
  id + Math.max(0, Math.round((known - id) / LAST_ID)) * LAST_ID;

/** What is known of the camera's latest frame may lag behind what was stored by so many frames. */
const LAG = 1000;

/**
 * Ids of frames in storage order as a camera without a limit would have given them. `latest` is such an id of the camera's latest frame:
 * that tells how often it began again.
 */
export function unwrapIds(ids: readonly number[], latest: number): number[] {
  const last = ids.at(-1);
  if (last === undefined || latest <= LAST_ID || ids.some((id) => id > LAST_ID)) return [...ids];
  let turns = Math.max(0, Math.floor((latest + LAG - last) / LAST_ID));
  let next = last;
  return ids
    .toReversed()
    .map((id) => {
      if (id > next) turns -= 1;
      next = id;
      return id + turns * LAST_ID;
    })
    .reverse();
}

/**
 * The id of the first frame of an acquisition that has ended: cameras count from 1, some from 0. One that goes on counting
 * over acquisitions tells by ids beyond the number of its frames; then its first frame counts as the first.
 */
export function firstFrameId(ids: readonly number[], frames: number): number {
  const [first = 1] = ids;
  const last = ids.at(-1) ?? frames;
  if (first === 0) return 0;
  return last <= frames ? 1 : first;
}

/** Readers continue a back-and-forth stream themselves; those that do not get this many angles at least. */
const BACKFORTH_ANGLES = 1_000_000;

/** What StreamTheta broadcasts: one sweep of a continuous stream, whole cycles of a back-and-forth one. */
export function broadcastTheta(rule: ThetaRule): Float32Array {
  const { scanType, numAngles } = rule;
  const cycle = 2 * numAngles;
  const count = scanType === "continuous" ? numAngles : Math.ceil(BACKFORTH_ANGLES / cycle) * cycle;
  const angles = new Float32Array(count);
  for (let index = 0; index < count; index++) angles[index] = thetaAt(rule, index);
  return angles;
}
