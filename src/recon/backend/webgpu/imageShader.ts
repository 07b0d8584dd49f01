/** Edge of the square of pixels that one workgroup computes. */
export const TILE = 16;

/** Workgroups for an image. */
export const tiles = (width: number, height: number): readonly [number, number] => [
  Math.ceil(width / TILE),
  Math.ceil(height / TILE),
];

/** Head of a WGSL entry point that runs once for each pixel (x, y); its body follows in braces. */
export const imageMain = (width: number, height: number): string => `
const WIDTH = ${width}u;
const HEIGHT = ${height}u;

@compute @workgroup_size(${TILE}, ${TILE})
fn main(@builtin(global_invocation_id) at: vec3u) {
  if (at.x >= WIDTH || at.y >= HEIGHT) { return; }
  compute(at.x, at.y);
}

fn compute(x: u32, y: u32)`;
