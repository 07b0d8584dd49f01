import { filter, ignoreElements, interval, merge, take, tap } from "rxjs";
import type { Pv } from "../records/pv.js";
import { number$ } from "../records/pvStreams.js";
import type { ScanContext } from "./context.js";
import { readNumber, readText } from "./pvValues.js";
import { after, nothing, pause, putAndWait, type Step, sequence, within } from "./steps.js";

/** Where a record names a PV to write, and the record with the value for it. */
interface Command {
  readonly pv: Pv;
  readonly value: string;
}

/** The PV that a record names and the value that another gives for it; undefined when there is no such shutter. */
async function commandOf({ beamline }: ScanContext, which: string): Promise<Command | undefined> {
  const [name, value] = await Promise.all([
    readText(beamline.own(`${which}PVName`)),
    readText(beamline.own(`${which}Value`)),
  ]);
  const pv = beamline.named(name);
  return pv === undefined ? undefined : { pv, value };
}

const move = ({ times }: ScanContext, { pv, value }: Command): Step => putAndWait(pv, value, times.motion);

/**
 * Lets the beam to the sample or keeps it away: with the fast shutter, or with the front-end shutter where there is no other.
 * The fast shutter does not tell where it is: it gets the time that it needs.
 */
const switchBeam = (context: ScanContext, direction: "Open" | "Close"): Step =>
  after(
    async () => ({
      fast: await commandOf(context, `${direction}FastShutter`),
      frontEnd: await commandOf(context, `${direction}Shutter`),
      testing: (await readNumber(context.beamline.own("Testing"))) !== 0,
    }),
    ({ fast, frontEnd, testing }) => {
      if (fast !== undefined) return sequence(move(context, fast), pause(context.times.fastShutter));
      return frontEnd === undefined || testing ? nothing : move(context, frontEnd);
    },
  );

export const openBeam = (context: ScanContext): Step => switchBeam(context, "Open");

export const closeBeam = (context: ScanContext): Step => switchBeam(context, "Close");

/** Asks for an open shutter again and again: it may be refused while the hutch is being searched. */
function waitUntilOpen(context: ScanContext, { pv: shutter, value }: Command): Step {
  const { beamline, times } = context;
  const status = beamline.named(beamline.names.shutterStatus);
  if (!status) return nothing;
  const openState = Number.isNaN(Number(value)) ? 1 : Number(value);
  const opened$ = number$(status).pipe(filter((state) => state === openState));
  const retries$ = interval(times.shutterRetry * 1000).pipe(
    tap(() => {
      beamline.own("ScanStatus").write(`Waiting for ${status.name}: the front-end shutter is not open`);
      shutter.write(value);
    }),
    ignoreElements(),
  );
  return merge(opened$, retries$).pipe(
    take(1),
    ignoreElements(),
    within(times.frontEnd, `${status.name}: the front-end shutter did not open`),
  );
}

/** Opens the front-end shutter and waits until it is; without beam, in testing mode, nothing is moved. */
export const openFrontEndShutter = (context: ScanContext): Step =>
  after(
    async () => ({
      testing: (await readNumber(context.beamline.own("Testing"))) !== 0,
      open: await commandOf(context, "OpenShutter"),
    }),
    ({ testing, open }) =>
      testing || open === undefined ? nothing : sequence(move(context, open), waitUntilOpen(context, open)),
  );
