import { filter, ignoreElements, interval, merge, take, tap } from "rxjs";
import { number$ } from "../records/pvStreams.js";
import type { ScanContext } from "./context.js";
import { readNumber, readText } from "./pvValues.js";
import { after, nothing, pause, putAndWait, type Step, sequence } from "./steps.js";

/** The PV that a record names and the value that a record gives for it. */
async function commandOf(
  { beamline }: ScanContext,
  nameRecord: string,
  valueRecord: string,
): Promise<{ name: string; value: string }> {
  const [name, value] = await Promise.all([
    readText(beamline.own(nameRecord)),
    readText(beamline.own(valueRecord)),
  ]);
  return { name, value };
}

const command = (context: ScanContext, which: string): Step =>
  after(
    () => commandOf(context, `${which}PVName`, `${which}Value`),
    ({ name, value }) => {
      const pv = context.beamline.named(name);
      return pv ? putAndWait(pv, value, context.times.motion) : nothing;
    },
  );

/** The fast shutter does not tell where it is: it gets the time that it needs. */
export const openFastShutter = (context: ScanContext): Step =>
  sequence(command(context, "OpenFastShutter"), pause(context.times.fastShutter));

export const closeFastShutter = (context: ScanContext): Step =>
  sequence(command(context, "CloseFastShutter"), pause(context.times.fastShutter));

/** Asks for an open shutter again and again: it may be refused while the hutch is being searched. */
function waitUntilOpen(context: ScanContext, openName: string, value: string): Step {
  const { beamline, times } = context;
  const status = beamline.named(beamline.names.shutterStatus);
  const shutter = beamline.named(openName);
  if (!status || !shutter) return nothing;
  const openState = Number.isNaN(Number(value)) ? 1 : Number(value);
  const opened$ = number$(status).pipe(filter((state) => state === openState));
  const retries$ = interval(times.shutterRetry * 1000).pipe(
    tap(() => shutter.write(value)),
    ignoreElements(),
  );
  return merge(opened$, retries$).pipe(take(1), ignoreElements());
}

/** Opens the front-end shutter and waits until it is; without beam, in testing mode, nothing is moved. */
export const openFrontEndShutter = (context: ScanContext): Step =>
  after(
    () => readNumber(context.beamline.own("Testing")),
    (testing) => {
      if (testing !== 0) return nothing;
      return sequence(
        command(context, "OpenShutter"),
        after(
          () => commandOf(context, "OpenShutterPVName", "OpenShutterValue"),
          ({ name, value }) => waitUntilOpen(context, name, value),
        ),
      );
    },
  );
