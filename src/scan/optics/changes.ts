import { readNumber } from "../pvValues.js";
import { synchronizeBinning } from "./cameraSettings.js";
import { LENSES, move, type Optics } from "./optics.js";
import { describeCamera, describeLens } from "./pixelSize.js";

const AXES = ["X", "Y", "Z"] as const;

/** How far the sample stands from where the first lens sees it. */
async function sampleOffset(optics: Optics, camera: number, lens: number, axis: string): Promise<number> {
  return lens === 0 ? 0 : optics.number(`Camera${camera}Lens${lens}${axis}Offset`);
}

/** The angle of a camera belongs to the lens in front of it: kept before the lens goes. */
async function keepRotation(optics: Optics): Promise<void> {
  const { camera, lens } = optics;
  const rotation = await optics.named(`Camera${camera}RotationPVName`);
  if (rotation !== undefined) optics.write(`Camera${camera}Lens${lens}Rotation`, await readNumber(rotation));
}

async function moveRotation(optics: Optics, camera: number, lens: number): Promise<void> {
  const rotation = await optics.named(`Camera${camera}RotationPVName`);
  await move(rotation, await optics.number(`Camera${camera}Lens${lens}Rotation`));
}

async function moveSample(optics: Optics, to: { camera: number; lens: number }, axis: string): Promise<void> {
  const motor = await optics.named(`LensSample${axis}PVName`);
  if (motor === undefined) return;
  const before = await sampleOffset(optics, optics.camera, optics.lens, axis);
  const after = await sampleOffset(optics, to.camera, to.lens, axis);
  if (after !== before) await move(motor, (await readNumber(motor)) + after - before);
}

/** Brings lens and sample to where camera and lens see it; the rotation of the camera before belongs to the lens before. */
async function moveLens(optics: Optics, to: { camera: number; lens: number }): Promise<void> {
  optics.say(`Moving to lens: ${await optics.text(`Lens${to.lens}Name`)}`);
  const lensMotor = await optics.named("LensMotorPVName");
  const position = await optics.number(`Camera${to.camera}LensPos${to.lens}`);
  await Promise.all([
    move(lensMotor, position),
    moveRotation(optics, to.camera, to.lens),
    ...AXES.map((axis) => moveSample(optics, to, axis)),
  ]);
  optics.lens = to.lens;
  await describeLens(optics, to.lens);
}

/** Changes the lens: sample, camera angle and lens move together. */
export async function changeLens(optics: Optics, lens: number): Promise<void> {
  await keepRotation(optics);
  await moveLens(optics, { camera: optics.camera, lens });
}

const lenses = Array.from({ length: LENSES }, (_, lens) => lens);

/** The focus of each lens belongs to the camera behind it. */
async function exchangeFocus(optics: Optics, before: number, now: number): Promise<void> {
  await Promise.all(
    lenses.map(async (lens) => {
      const focus = await optics.named(`Lens${lens}FocusPVName`);
      if (focus === undefined) return;
      optics.write(`Camera${before}Lens${lens}Focus`, await readNumber(focus));
      await move(focus, await optics.number(`Camera${now}Lens${lens}Focus`));
    }),
  );
}

/** CameraSelected while the camera changer moves. */
const BETWEEN_CAMERAS = 2;

/** Changes the camera: the one before stops, then focus, lens, sample and angle are those of the new one. */
export async function changeCamera(optics: Optics, camera: number): Promise<void> {
  const before = optics.camera;
  optics.say("Changing Optique Peter camera");
  await keepRotation(optics);
  optics.write("CameraSelected", BETWEEN_CAMERAS);
  (await optics.cameraPv(before, "Acquire"))?.write(0);
  const changer = await optics.named("CameraMotorPVName");
  await move(changer, await optics.number(`CameraPos${camera}`));
  optics.write("CameraSelected", camera);
  await exchangeFocus(optics, before, camera);
  await moveLens(optics, { camera, lens: optics.lens });
  optics.camera = camera;
  await synchronizeBinning(optics);
  await describeCamera(optics, camera);
}
