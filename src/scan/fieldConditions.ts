import { defer } from "rxjs";
import { setScanExposure } from "./camera.js";
import type { ScanContext } from "./context.js";
import type { FieldKind } from "./fieldKinds.js";
import { readNumber, readText } from "./pvValues.js";
import { moveSampleIn, moveSampleOut } from "./sample.js";
import { closeBeam, openBeam } from "./shutters.js";
import { after, put, putAndWait, type Step, sequence, when } from "./steps.js";

interface FieldWords {
  readonly frameType: string;
  readonly location: string;
  readonly count: string;
  readonly message: string;
  readonly status: string;
}

export const FIELD_WORDS: Readonly<Record<FieldKind, FieldWords>> = {
  dark: {
    frameType: "DarkField",
    location: "HDF5DarkLocation",
    count: "NumDarkFields",
    message: "Capturing dark fields",
    status: "Collecting dark fields",
  },
  flat: {
    frameType: "FlatField",
    location: "HDF5FlatLocation",
    count: "NumFlatFields",
    message: "Capturing flat fields",
    status: "Collecting flat fields",
  },
};

export const showStatus = ({ beamline }: ScanContext, text: string): Step =>
  put(beamline.own("ScanStatus"), text);

/** Where the frames of now on go in a file, as the camera stamps it on each of them. */
export const sendFramesTo = ({ beamline, times }: ScanContext, location: string, frameType: string): Step =>
  after(
    () => readText(beamline.own(location)),
    (place) =>
      sequence(
        putAndWait(beamline.own("HDF5Location"), place, times.put),
        putAndWait(beamline.own("FrameType"), frameType, times.put),
      ),
  );

const exposeAs = (context: ScanContext, seconds: () => Promise<number>): Step =>
  after(seconds, (exposure) => setScanExposure(context.beamline, context.times, exposure));

/** A stream keeps the exposure that its frames are triggered for until it is synchronized with another. */
const scanExposure = async ({ beamline, scan$ }: ScanContext): Promise<number> =>
  scan$.value?.exposureTime ?? readNumber(beamline.own("ExposureTime"));

async function flatExposure(context: ScanContext): Promise<number> {
  const different = (await readNumber(context.beamline.own("DifferentFlatExposure"))) !== 0;
  return different ? readNumber(context.beamline.own("FlatExposureTime")) : scanExposure(context);
}

/** The exposure of projections. */
export const exposeForScan = (context: ScanContext): Step => exposeAs(context, () => scanExposure(context));

/** Exposure, beam and sample for dark fields (no beam) or flat fields (no sample). */
export const prepareForFields = (context: ScanContext, kind: FieldKind): Step =>
  kind === "dark"
    ? sequence(exposeForScan(context), closeBeam(context))
    : sequence(
        exposeAs(context, () => flatExposure(context)),
        openBeam(context),
        moveSampleOut(context),
      );

/** Back from fields to projections, in the middle of a stream. At the end of a scan the beam stays off. */
export const returnFromFields = (context: ScanContext, kind: FieldKind): Step =>
  kind === "dark"
    ? defer(() => when(!context.ending$.value, openBeam(context)))
    : sequence(moveSampleIn(context), exposeForScan(context));

/** Exposure, beam, sample and file for projections. */
export const prepareForProjections = (context: ScanContext): Step =>
  sequence(
    showStatus(context, "Collecting projections"),
    exposeForScan(context),
    openBeam(context),
    moveSampleIn(context),
    sendFramesTo(context, "HDF5ProjectionLocation", "Projection"),
  );
