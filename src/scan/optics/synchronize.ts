import { readNumber } from "../pvValues.js";
import { CAMERAS, LENSES, type Optics } from "./optics.js";

/** A motor this close to a position stands there, in its units. */
const TOLERANCE = 0.1;

/** Which of `count` positions a motor stands at; undefined between them, or without a motor. */
async function positionOf(
  optics: Optics,
  motorRecord: string,
  count: number,
  record: (position: number) => string,
): Promise<number | undefined> {
  const motor = await optics.named(motorRecord);
  if (motor === undefined) return undefined;
  const stands = await readNumber(motor);
  for (let position = 0; position < count; position++)
    if (Math.abs((await optics.number(record(position))) - stands) <= TOLERANCE) return position;
  return undefined;
}

/** Sets CameraSelect and LensSelect to where the motors stand, without moving anything. False when one stands elsewhere. */
export async function synchronizeSelectors(optics: Optics): Promise<boolean> {
  const camera = await positionOf(optics, "CameraMotorPVName", CAMERAS, (n) => `CameraPos${n}`);
  if (camera !== undefined) optics.camera = camera;
  const lens = await positionOf(
    optics,
    "LensMotorPVName",
    LENSES,
    (n) => `Camera${optics.camera}LensPos${n}`,
  );
  if (lens !== undefined) optics.lens = lens;
  optics.write("CameraSelect", optics.camera);
  optics.write("CameraSelected", optics.camera);
  optics.write("LensSelect", optics.lens);
  return camera !== undefined && lens !== undefined;
}
