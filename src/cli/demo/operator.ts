import { filter, firstValueFrom, throwError, timeout } from "rxjs";
import { SimulatedCamera } from "../../drivers/camera/simulatedCamera.js";
import type { Ioc } from "../../ioc/ioc.js";
import type { PvDirectory } from "../../records/index.js";
import { text$ } from "../../records/pvStreams.js";
import { CAMERA_PORT, TOMO_SCAN, TOMO_STREAM } from "./names.js";

const SERVER_START_SECONDS = 30;
const SCAN_START_SECONDS = 60;
const RETAKE_SECONDS = 60;

/**
 * Sets the scan to the angles of the recording that is replayed, there and back again, and the slices to its middle; the rotation
 * center is found once a half turn is there.
 */
export async function fitScanToRecording(ioc: Ioc): Promise<void> {
  const camera = ioc.ports.get(CAMERA_PORT);
  if (!(camera instanceof SimulatedCamera)) return;
  const { thetaDegrees, sizeX, sizeY } = await camera.ready;
  const first = thetaDegrees?.[0] ?? 0;
  const last = thetaDegrees?.at(-1) ?? 180;
  const count = thetaDegrees?.length ?? 181;
  const settings: Readonly<Record<string, number | string>> = {
    [`${TOMO_SCAN}RotationStart`]: first,
    [`${TOMO_SCAN}RotationStep`]: (last - first) / Math.max(1, count - 1),
    [`${TOMO_SCAN}NumAngles`]: count,
    [`${TOMO_SCAN}StreamScanType`]: "backforth",
    [`${TOMO_STREAM}Center`]: sizeX / 2,
    [`${TOMO_STREAM}AutoCenterMode`]: "Once",
    [`${TOMO_STREAM}AutoCenterApply`]: "Yes",
    [`${TOMO_STREAM}OrthoX`]: Math.floor(sizeX / 2),
    [`${TOMO_STREAM}OrthoY`]: Math.floor(sizeX / 2),
    [`${TOMO_STREAM}OrthoZ`]: Math.floor(sizeY / 2),
  };
  for (const [name, value] of Object.entries(settings)) ioc.pvs.pv(name).write(value);
}

/** Waits until a PV shows text like `wanted`; rejects after `seconds`. */
const becomes = (pvs: PvDirectory, name: string, wanted: RegExp, seconds: number): Promise<string> =>
  firstValueFrom(
    text$(pvs.pv(name)).pipe(
      filter((text) => wanted.test(text)),
      timeout({
        first: seconds * 1000,
        with: () =>
          throwError(() => new Error(`${name} did not become ${wanted.source} within ${seconds} s`)),
      }),
    ),
  );

/** Does what an operator does first: starts the scan, takes dark and flat fields, starts the reconstruction. */
export async function startScanAndRecon(pvs: PvDirectory): Promise<void> {
  await becomes(pvs, `${TOMO_SCAN}ServerRunning`, /^1$/, SERVER_START_SECONDS);
  pvs.pv(`${TOMO_SCAN}StartScan`).write(1);
  await becomes(pvs, `${TOMO_SCAN}ImagesCollected`, /^[1-9]/, SCAN_START_SECONDS);
  for (const retake of ["StreamRetakeDark", "StreamRetakeFlat"])
    await pvs.pv(TOMO_SCAN + retake).writeNotify(1, { timeoutSeconds: RETAKE_SECONDS });
  pvs.pv(`${TOMO_STREAM}StartRecon`).write(1);
}

/** Ends reconstruction and scan; resolves when the stage has been told to stop. */
export async function abortScanAndRecon(pvs: PvDirectory): Promise<void> {
  pvs.pv(`${TOMO_STREAM}AbortRecon`).write(0);
  await pvs.pv(`${TOMO_SCAN}AbortScan`).writeNotify(1, { timeoutSeconds: 5 });
}
