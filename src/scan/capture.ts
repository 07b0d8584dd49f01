import { basename, dirname, join } from "node:path";
import { defer, filter, type Observable } from "rxjs";
import { errorMessage } from "../libcom/errorMessage.js";
import { completeFile } from "./completeFile.js";
import type { ScanContext } from "./context.js";
import { fixedName, withFileSettings } from "./fileSettings.js";
import { numberIfThere, readNumber, readText } from "./pvValues.js";
import { record } from "./recording.js";
import { flushRing, releaseRing } from "./ring.js";
import { after, always, nothing, perform, put, putAndWait, type Step, sequence, when } from "./steps.js";
import { startTransfer } from "./transfer.js";

interface Captured {
  /** Name of the file with the projections. */
  file: string;
  frames: number;
  /** How many of the frames in the file with the projections are from before the capture. */
  before: number;
  readonly paths: string[];
}

/** Takes down what the file plugin has just closed. */
const noteFile = ({ beamline }: ScanContext, captured: Captured): Step =>
  perform(async () => {
    const path = await readText(beamline.file("FullFileName_RBV"));
    if (captured.paths.length === 0) captured.file = basename(path);
    captured.paths.push(path);
    captured.frames += await readNumber(beamline.file("NumCaptured_RBV"));
  });

const circularBufferName = ({ file }: Captured): string => `circular_buffer_${file}`;

const nameFile = ({ beamline, times }: ScanContext): Step =>
  after(
    () => readText(beamline.own("FileName")),
    (name) => putAndWait(beamline.file("FileName"), name, times.put),
  );

const captureProjections = (context: ScanContext, captured: Captured, stop$: Observable<unknown>): Step => {
  const { beamline } = context;
  return sequence(
    put(beamline.ring("EnableCallbacks"), 0),
    nameFile(context),
    after(
      () => readNumber(beamline.own("StreamNumCapture")),
      (count) => record(context, count, stop$),
    ),
    noteFile(context, captured),
  );
};

/** What the circular buffer has for a capture. */
interface Kept {
  readonly frames: number;
  readonly port: string;
}

/** Undefined when no frames from before a capture are wanted, or there are none. */
async function readKept({ beamline }: ScanContext): Promise<Kept | undefined> {
  const wanted = await readNumber(beamline.own("StreamPreCount"));
  const frames = await readNumber(beamline.ring("CurrentQty_RBV"));
  if (wanted <= 0 || frames <= 0) return undefined;
  return { frames: Math.min(wanted, frames), port: await readText(beamline.ring("PortName_RBV")) };
}

/** Stores what the ring kept from before the capture, in a file of its own. */
const captureRing = (context: ScanContext, captured: Captured): Step => {
  const { beamline, ending$ } = context;
  const stop$ = ending$.pipe(filter((ending) => ending));
  const store = ({ frames, port }: Kept): Step =>
    sequence(
      put(beamline.own("StreamMessage"), "Capturing circular buffer"),
      withFileSettings(
        context,
        fixedName(circularBufferName(captured), port),
        sequence(record(context, frames, stop$, flushRing(context, frames)), noteFile(context, captured)),
      ),
    );
  return after(
    () => readKept(context),
    (kept) => (kept === undefined || ending$.value ? nothing : store(kept)),
  );
};

/** A ring that passes frames on for as long as anybody wants them. */
const ENDLESS = 1_000_000_000;

/** Stores what the ring kept and what comes after it in one file, without a gap: the file plugin listens to the ring for so long. */
const captureInOneFile = (context: ScanContext, captured: Captured, stop$: Observable<unknown>): Step => {
  const { beamline } = context;
  const throughRing = ({ frames, port }: Kept, count: number): Step =>
    sequence(
      nameFile(context),
      withFileSettings(
        context,
        { NDArrayPort: port },
        record(
          context,
          count === 0 ? 0 : frames + count,
          stop$,
          flushRing(context, count === 0 ? ENDLESS : count),
        ),
      ),
      noteFile(context, captured),
      perform(() => {
        captured.before = Math.min(frames, captured.frames);
      }),
    );
  return after(
    async () => ({
      kept: await readKept(context),
      count: await readNumber(beamline.own("StreamNumCapture")),
    }),
    ({ kept, count }) =>
      kept === undefined ? captureProjections(context, captured, stop$) : throughRing(kept, count),
  );
};

const captureSeparately = (context: ScanContext, captured: Captured, stop$: Observable<unknown>): Step =>
  sequence(captureProjections(context, captured, stop$), captureRing(context, captured));

/** Which files StreamCaptureFiles asks for: upstream's, one with everything and no other, or one with everything and others beside it. */
const CaptureFiles = { Separate: 0, One: 1, Both: 2 } as const;

/** Databases without the record have upstream's. */
const readFiles = ({ beamline }: ScanContext): Promise<number> =>
  numberIfThere(beamline.own("StreamCaptureFiles"), CaptureFiles.Separate);

/**
 * Says in the file with everything where the capture began, and copies the frames from before it to a file of their own for those who
 * read `circular_buffer_...`. What fails is logged: the frames are safe anyway.
 */
const noteFramesBefore = (context: ScanContext, captured: Captured, withCopy: boolean): Step =>
  sequence(
    when(withCopy, put(context.beamline.own("StreamMessage"), "Capturing circular buffer")),
    perform(async () => {
      const { files, log } = context;
      const [path] = captured.paths;
      if (path === undefined) return;
      try {
        await files.writePreCount(path, captured.before);
        if (!withCopy) return;
        const copy = join(dirname(path), circularBufferName(captured));
        await files.copyFirstFrames(path, copy, captured.before);
        captured.paths.push(copy);
      } catch (error) {
        log.error(`${path}: frames from before the capture: ${errorMessage(error)}`);
      }
    }),
  );

/**
 * Captures StreamNumCapture projections and those that the circular buffer kept from before, in the files that
 * StreamCaptureFiles asks for, and completes them. `stop$` ends the capture early, with what there is.
 */
export function capture(context: ScanContext, stop$: Observable<unknown>): Step {
  const { beamline } = context;
  const captured: Captured = { file: "", frames: 0, before: 0, paths: [] };
  const finish = (files: number): Step =>
    sequence(
      when(captured.before > 0, noteFramesBefore(context, captured, files === CaptureFiles.Both)),
      defer(() =>
        sequence(
          ...captured.paths.flatMap((path) => [
            completeFile(context, path, files !== CaptureFiles.One),
            startTransfer(context, path),
          ]),
        ),
      ),
    );
  const report = perform(() => {
    beamline.own("StreamFileName").write(captured.file);
    beamline.own("StreamNumTotalCaptured").write(captured.frames);
    context.captured = captured.paths[0];
  });
  const capturing = (files: number): Step =>
    (files === CaptureFiles.Separate ? captureSeparately : captureInOneFile)(context, captured, stop$);
  return sequence(
    put(beamline.own("StreamMessage"), "Capturing projections"),
    after(
      () => readFiles(context),
      // The ring fills again at once. What is in a file is worth completing, also when the ring then gave nothing.
      (files) =>
        always(
          capturing(files),
          sequence(
            releaseRing(context),
            defer(() => finish(files)),
            report,
          ),
        ),
    ),
  );
}
