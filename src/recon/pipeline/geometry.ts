/** Where the three ortho-slices lie in the volume that a detector of `width` x `height` pixels sees. */
export interface SliceGeometry {
  /** Detector columns: the volume is width x width x height. */
  readonly width: number;
  /** Detector rows. */
  readonly height: number;
  /** Detector column of the rotation axis, fractions allowed. */
  readonly center: number;
  /** Column ix of the x-slice, row iy of the y-slice, detector row iz of the z-slice. */
  readonly orthoX: number;
  readonly orthoY: number;
  readonly orthoZ: number;
  /** Turns of the x- and y-slice about the vertical axis and tilt of the z-slice, degrees. */
  readonly rotX: number;
  readonly rotY: number;
  readonly rotZ: number;
}

/** Three planes as row-major images: z is width x width (x right, y down), y and x are width columns, height rows. */
export interface SliceData<T> {
  readonly z: T;
  readonly y: T;
  readonly x: T;
}

export type Plane = keyof SliceData<unknown>;

export const PLANES: readonly Plane[] = ["z", "y", "x"];

export const onEachPlane = <T>(of: (plane: Plane) => T): SliceData<T> => ({
  z: of("z"),
  y: of("y"),
  x: of("x"),
});

const OF_ALL_PLANES = ["width", "height", "center"] as const;

const OF_PLANE: SliceData<readonly (keyof SliceGeometry)[]> = {
  z: [...OF_ALL_PLANES, "orthoZ", "rotZ"],
  y: [...OF_ALL_PLANES, "orthoY", "rotY"],
  x: [...OF_ALL_PLANES, "orthoX", "rotX"],
};

/** The planes that lie elsewhere in another geometry. */
export const movedPlanes = (before: SliceGeometry, after: SliceGeometry): readonly Plane[] =>
  PLANES.filter((plane) => OF_PLANE[plane].some((key) => before[key] !== after[key]));

/**
 * A slice as lines of pixels through the volume, relative to the rotation axis: along one image row the point is
 * (alongX[i], alongY[i]); tables because a turned slice changes nothing but them.
 */
export interface SlicePath {
  readonly alongX: Float64Array;
  readonly alongY: Float64Array;
}

/** The points that all rows of the y-slice (x, z) have in common. */
export function ySlicePath(geometry: SliceGeometry): SlicePath {
  const { width, orthoY, rotY } = geometry;
  const half = Math.floor(width / 2);
  return path(width, rotY, (i) => ({ x: i - half, y: orthoY - half }));
}

/** The points that all rows of the x-slice (y, z) have in common. */
export function xSlicePath(geometry: SliceGeometry): SlicePath {
  const { width, orthoX, rotX } = geometry;
  const half = Math.floor(width / 2);
  return path(width, rotX, (i) => ({ x: orthoX - half, y: i - half }));
}

function path(length: number, degrees: number, point: (i: number) => { x: number; y: number }): SlicePath {
  const { cosine, sine } = turn(degrees);
  const points = Array.from({ length }, (_, i) => point(i));
  return {
    alongX: Float64Array.from(points, ({ x, y }) => x * cosine + y * sine),
    alongY: Float64Array.from(points, ({ x, y }) => y * cosine - x * sine),
  };
}

/** The z-slice by image column: distance x from the axis, and the detector row, which a tilt makes fractional. */
export function zSlicePath(geometry: SliceGeometry): { alongX: Float64Array; rows: Float64Array } {
  const { width, height, orthoZ, rotZ } = geometry;
  const half = Math.floor(width / 2);
  const middle = Math.floor(height / 2);
  const { cosine, sine } = turn(rotZ);
  const columns = Array.from({ length: width }, (_, i) => i - half);
  return {
    alongX: Float64Array.from(columns, (x) => x * cosine + (orthoZ - middle) * sine),
    rows: Float64Array.from(columns, (x) => (orthoZ - middle) * cosine - x * sine + middle),
  };
}

/** The two tables of a plane's path. */
export function pathTables(geometry: SliceGeometry, plane: Plane): readonly [Float64Array, Float64Array] {
  if (plane === "z") {
    const { alongX, rows } = zSlicePath(geometry);
    return [alongX, rows];
  }
  const { alongX, alongY } = plane === "y" ? ySlicePath(geometry) : xSlicePath(geometry);
  return [alongX, alongY];
}

function turn(degrees: number): { cosine: number; sine: number } {
  const radians = (degrees * Math.PI) / 180;
  return { cosine: Math.cos(radians), sine: Math.sin(radians) };
}

const inside = (position: number, size: number): number => Math.min(Math.max(position, 0), size - 1);

/** The same geometry with slices moved inside the volume. */
export const clampedGeometry = (geometry: SliceGeometry): SliceGeometry => ({
  ...geometry,
  orthoX: inside(geometry.orthoX, geometry.width),
  orthoY: inside(geometry.orthoY, geometry.width),
  orthoZ: inside(geometry.orthoZ, geometry.height),
});
