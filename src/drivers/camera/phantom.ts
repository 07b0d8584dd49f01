/**
 * The sample of the simulated beamline: ellipsoids of constant attenuation, given by formulas, so that projections
 * and slices are both known exactly.
 *
 * Coordinates are in pixels. Object: x and y in the slice, z along the rotation axis; slice column `tx` is
 * x = tx - size/2, slice row `ty` is y = ty - size/2, detector row `v` is z = v - size/2. Projection: at the angle theta the
 * point (x, y) falls on the detector column x cos(theta) - y sin(theta) + center, as in tomoStream's backprojection.
 */
export interface Ellipsoid {
  readonly name: string;
  /** Center. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Half axes; `a` lies in the slice at `phiDegrees` from x towards y, `b` across it in the slice, `c` along z. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly phiDegrees: number;
  /** What it adds to the attenuation coefficient inside, 1/pixel; negative in a void. */
  readonly mu: number;
}

/** As a fraction of half the image size; `opticalHalfThickness` is mu times half the image size. */
interface PhantomPart extends Omit<Ellipsoid, "mu"> {
  readonly opticalHalfThickness: number;
}

const parts: readonly PhantomPart[] = [
  part("rock", [0.02, -0.01, 0], [0.78, 0.72, 0.86], 20, 0.9),
  part("grain", [-0.32, 0.22, -0.18], [0.26, 0.2, 0.3], 35, 0.6),
  part("pebble", [0.36, 0.24, 0.14], [0.2, 0.15, 0.26], -25, 0.8),
  part("ore", [0.1, -0.42, 0.05], [0.13, 0.1, 0.2], 70, 1.4),
  part("pore", [0.05, 0.12, -0.06], [0.16, 0.13, 0.22], 10, -0.7),
  part("lens", [-0.28, -0.36, 0.1], [0.22, 0.09, 0.28], 55, -0.5),
];

const CRACK = part("crack", [0.42, -0.2, 0], [0.04, 0.22, 0.3], 30, -0.8);
const BUBBLE = part("bubble", [0, 0.4, 0.5], [0.09, 0.09, 0.09], 0, -0.8);

/** The crack opens from nothing to three times the width of its table row in this time. */
const CRACK_OPENING_SECONDS = 600;
const CRACK_FULL_WIDTH = 3;
/** The bubble rises through the sample, then starts again at the bottom. */
const BUBBLE_PERIOD_SECONDS = 180;

function part(
  name: string,
  [x, y, z]: readonly [number, number, number],
  [a, b, c]: readonly [number, number, number],
  phiDegrees: number,
  opticalHalfThickness: number,
): PhantomPart {
  return { name, x, y, z, a, b, c, phiDegrees, opticalHalfThickness };
}

const scaled = (
  { name, x, y, z, a, b, c, phiDegrees, opticalHalfThickness }: PhantomPart,
  half: number,
): Ellipsoid => ({
  name,
  x: x * half,
  y: y * half,
  z: z * half,
  a: a * half,
  b: b * half,
  c: c * half,
  phiDegrees,
  mu: opticalHalfThickness / half,
});

/** The parts that never change, for an image of `size` columns and rows. */
export const staticPhantom = (size: number): readonly Ellipsoid[] =>
  parts.map((part) => scaled(part, size / 2));

/** The sample as it is `seconds` after the start: a crack opens over ten minutes, a bubble rises every three. */
export function phantomAt(size: number, seconds: number): readonly Ellipsoid[] {
  const opened = Math.min(Math.max(seconds, 0) / CRACK_OPENING_SECONDS, 1);
  const phase = (Math.max(seconds, 0) % BUBBLE_PERIOD_SECONDS) / BUBBLE_PERIOD_SECONDS;
  const half = size / 2;
  const evolving = [{ ...BUBBLE, z: BUBBLE.z * (1 - 2 * phase) }];
  if (opened > 0) evolving.push({ ...CRACK, a: CRACK.a * CRACK_FULL_WIDTH * opened });
  return [...staticPhantom(size), ...evolving.map((part) => scaled(part, half))];
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** How one ellipsoid projects at one angle: mu x chord(u, v) = scale x sqrt(r2(v) width2 - (u - u0)^2). */
interface Shadow {
  readonly u0: number;
  readonly width2: number;
  readonly scale: number;
}

function shadowOf(ellipsoid: Ellipsoid, thetaDegrees: number): Shadow {
  const theta = radians(thetaDegrees);
  const alpha = theta + radians(ellipsoid.phiDegrees);
  const { a, b, mu } = ellipsoid;
  const width2 = (a * Math.cos(alpha)) ** 2 + (b * Math.sin(alpha)) ** 2;
  return {
    u0: ellipsoid.x * Math.cos(theta) - ellipsoid.y * Math.sin(theta),
    width2,
    scale: (2 * a * b * mu) / width2,
  };
}

/** Integral of mu along the ray at detector position (u, z) from the axis, in pixels. Kak and Slaney, 1988, section 3.1. */
export function phantomLineIntegral(
  ellipsoids: readonly Ellipsoid[],
  thetaDegrees: number,
  u: number,
  z: number,
): number {
  let sum = 0;
  for (const ellipsoid of ellipsoids) {
    const { u0, width2, scale } = shadowOf(ellipsoid, thetaDegrees);
    const inside = (1 - ((z - ellipsoid.z) / ellipsoid.c) ** 2) * width2 - (u - u0) ** 2;
    if (inside > 0) sum += scale * Math.sqrt(inside);
  }
  return sum;
}

/** Where the rotation axis meets the detector and how large that is. */
export interface PhantomGeometry {
  readonly sizeX: number;
  readonly sizeY: number;
  /** Detector column of the rotation axis. */
  readonly center: number;
}

/** Line integrals of every pixel, row by row, into `out` (sizeX x sizeY). Fast: visits each ellipsoid's shadow only. */
export function projectPhantom(
  ellipsoids: readonly Ellipsoid[],
  thetaDegrees: number,
  { sizeX, sizeY, center }: PhantomGeometry,
  out: Float32Array,
): void {
  out.fill(0);
  for (const ellipsoid of ellipsoids) {
    const { u0, width2, scale } = shadowOf(ellipsoid, thetaDegrees);
    const middle = u0 + center;
    const zMiddle = ellipsoid.z + sizeY / 2;
    const firstRow = Math.max(0, Math.ceil(zMiddle - ellipsoid.c));
    const lastRow = Math.min(sizeY - 1, Math.floor(zMiddle + ellipsoid.c));
    for (let row = firstRow; row <= lastRow; row++) {
      const reach2 = (1 - ((row - zMiddle) / ellipsoid.c) ** 2) * width2;
      const reach = Math.sqrt(reach2);
      const first = Math.max(0, Math.ceil(middle - reach));
      const last = Math.min(sizeX - 1, Math.floor(middle + reach));
      const offset = row * sizeX;
      for (let column = first; column <= last; column++) {
        const inside = reach2 - (column - middle) ** 2;
        const index = offset + column;
        out[index] = (out[index] ?? 0) + scale * Math.sqrt(Math.max(inside, 0));
      }
    }
  }
}

/** The attenuation coefficient at a point, 1/pixel. */
export function phantomValue(ellipsoids: readonly Ellipsoid[], x: number, y: number, z: number): number {
  let sum = 0;
  for (const ellipsoid of ellipsoids) if (isInside(ellipsoid, x, y, z)) sum += ellipsoid.mu;
  return sum;
}

/** Is the point within the ellipsoid shrunk by `factor` about its center? */
export function isInside(ellipsoid: Ellipsoid, x: number, y: number, z: number, factor = 1): boolean {
  const phi = radians(ellipsoid.phiDegrees);
  const dx = x - ellipsoid.x;
  const dy = y - ellipsoid.y;
  const along = (dx * Math.cos(phi) + dy * Math.sin(phi)) / ellipsoid.a;
  const across = (-dx * Math.sin(phi) + dy * Math.cos(phi)) / ellipsoid.b;
  const up = (z - ellipsoid.z) / ellipsoid.c;
  return along * along + across * across + up * up <= factor * factor;
}

/** The true ortho-slice through pixel `index` of the named axis: z gives [y][x], y gives [z][x], x gives [z][y]. */
export function phantomSlice(
  ellipsoids: readonly Ellipsoid[],
  axis: "x" | "y" | "z",
  index: number,
  size: number,
): Float32Array {
  const half = size / 2;
  const out = new Float32Array(size * size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const [x, y, z] =
        axis === "z" ? [column, row, index] : axis === "y" ? [column, index, row] : [index, column, row];
      out[row * size + column] = phantomValue(ellipsoids, x - half, y - half, z - half);
    }
  return out;
}
