import { cameraNamed, lensNamed } from "./catalog.js";
import type { Optics } from "./optics.js";

/** "5x", as somebody may have typed, is 5. */
const magnificationOf = (objective: string): number => Number(objective.toUpperCase().replace("X", ""));

/** ImagePixelSize in micrometres: a pixel of the detector at the sample, binned as the camera is. */
export async function updateImagePixelSize(optics: Optics): Promise<void> {
  const magnification = magnificationOf(await optics.text("CameraObjective"));
  const pixel = await optics.number("DetectorPixelSize");
  const binning = 2 ** (await optics.number("CameraBinning"));
  if (magnification > 0 && pixel > 0) optics.write("ImagePixelSize", (pixel / magnification) * binning);
  else optics.log.warn(`${optics.prefix} no pixel size without CameraObjective and DetectorPixelSize`);
}

/** What the scan writes into its files of the lens that is in now. */
export async function describeLens(optics: Optics, lens: number): Promise<void> {
  const name = await optics.text(`Lens${lens}Name`);
  const known = lensNamed(optics.catalog, name);
  if (known === undefined) optics.log.warn(`${optics.prefix} Lens${lens}Name: no lens "${name}" is known`);
  else {
    optics.write("CameraObjective", String(known.magnification));
    optics.write("CameraTubeLength", known.tube_lens);
  }
  const scintillator = optics.catalog.scintillators[String(lens)];
  if (scintillator !== undefined) {
    optics.write("ScintillatorType", scintillator.scintillator_type);
    optics.write("ScintillatorThickness", scintillator.scintillator_thickness);
  }
  await updateImagePixelSize(optics);
}

/** The same of the camera. */
export async function describeCamera(optics: Optics, camera: number): Promise<void> {
  const name = await optics.text(`Camera${camera}Name`);
  const known = cameraNamed(optics.catalog, name);
  if (known === undefined)
    optics.log.warn(`${optics.prefix} Camera${camera}Name: no camera "${name}" is known`);
  else optics.write("DetectorPixelSize", known.detector_pixel_size);
  await updateImagePixelSize(optics);
}

/** Angles of 2-BM for a full frame of the Oryx: 1500 in a half turn for 2448 columns. */
const ANGLES_PER_COLUMN = 1500 / 2448;

export async function suggestAngles(optics: Optics, columns: number): Promise<void> {
  if (columns <= 0) return;
  const angles = ANGLES_PER_COLUMN * columns;
  optics.write("SuggestedAngles", angles);
  optics.write("SuggestedAngleStep", 180 / angles);
}
