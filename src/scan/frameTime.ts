import type { Beamline } from "./beamline.js";
import { readNumber, readText } from "./pvValues.js";

/** The least time between two triggers of a camera. */
export interface FrameTime {
  readonly seconds: number;
  /** The time over the exposure that makes it, as a factor. */
  readonly margin: number;
}

/** How long a model reads its sensor out, in milliseconds by pixel format, and the factor that its exposures need besides. */
interface Readout {
  readonly margin: number;
  readonly milliseconds: Readonly<Record<string, number | Readonly<Record<string, number>>>>;
  /** Names the video mode, where the readout depends on that too. */
  readonly videoMode?: string;
}

/** Measured at the beamlines, with the shortest exposures that lost no frame. */
const READOUTS: Readonly<Record<string, Readout>> = {
  "Grasshopper3 GS3-U3-23S6M": {
    margin: 1.01,
    videoMode: "GC_VideoMode_RBV",
    milliseconds: {
      Mono8: { Mode0: 6.2, Mode1: 6.2, Mode5: 6.2, Mode7: 7.9 },
      Mono12Packed: { Mode0: 9.2, Mode1: 6.2, Mode5: 6.2, Mode7: 11.5 },
      Mono16: { Mode0: 12.2, Mode1: 6.2, Mode5: 6.2, Mode7: 12.2 },
    },
  },
  "Grasshopper3 GS3-U3-51S5M": {
    margin: 1.01,
    milliseconds: { Mono8: 6.18, Mono12Packed: 8.2, Mono12p: 8.2, Mono16: 12.34 },
  },
  "Oryx ORX-10G-51S5M": { margin: 1.05, milliseconds: { Mono8: 6.18, Mono12Packed: 8.2, Mono16: 12.34 } },
  "Oryx ORX-10G-310S9M": { margin: 1.2, milliseconds: { Mono8: 30, Mono12Packed: 30, Mono16: 30 } },
  "Q-12A180-Fm/CXP-6": { margin: 1.01, milliseconds: { Mono8: 5.35 } },
  "Blackfly S BFS-PGE-161S7M": {
    margin: 1.035,
    milliseconds: { Mono8: 83.4, Mono12Packed: 100, Mono16: 142.86 },
  },
};

/** A trigger that comes with the end of the readout is lost now and then. */
const SAFETY_SECONDS = 0.001;

/** What a scan of single exposures has to wait for each of them. Throws when nobody has measured this camera as it is set. */
export function cameraFrameTime(
  model: string,
  pixelFormat: string,
  videoMode: string,
  exposureSeconds: number,
): FrameTime {
  const readout = READOUTS[model];
  const entry = readout?.milliseconds[pixelFormat];
  const milliseconds = typeof entry === "object" ? entry[videoMode] : entry;
  if (readout === undefined || milliseconds === undefined)
    throw new Error(
      `the readout time of the camera "${model}" is not known for pixel format ${pixelFormat} ${videoMode}`.trimEnd(),
    );
  const { margin } = readout;
  const exposed = exposureSeconds * margin;
  const read = milliseconds / 1000;
  return { seconds: exposed < read ? read + SAFETY_SECONDS : exposed, margin };
}

/** The frame time of the camera as it is set now. */
export async function readFrameTime(beamline: Beamline): Promise<FrameTime> {
  const model = await readText(beamline.camera("Model_RBV"));
  const videoModePv = READOUTS[model]?.videoMode;
  const [pixelFormat, videoMode, exposure] = await Promise.all([
    readText(beamline.camera("PixelFormat")),
    videoModePv === undefined ? "" : readText(beamline.camera(videoModePv)),
    readNumber(beamline.camera("AcquireTime_RBV")),
  ]);
  return cameraFrameTime(model, pixelFormat, videoMode, exposure);
}
