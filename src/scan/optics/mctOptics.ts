import {
  concat,
  concatMap,
  defer,
  filter,
  from,
  ignoreElements,
  map,
  merge,
  type Observable,
  Subscription,
  tap,
} from "rxjs";
import { errorMessage } from "../../libcom/errorMessage.js";
import { logger } from "../../libcom/log.js";
import type { PvDirectory } from "../../records/pv.js";
import { PvSet } from "../beamline.js";
import { changes$, pressed$, watchdog } from "../steps.js";
import {
  changeBinning,
  changeBits,
  cutRegion,
  showCross,
  synchronizeBinning,
  synchronizeBits,
} from "./cameraSettings.js";
import { OPTICS_OF_2BM, type OpticsCatalog } from "./catalog.js";
import { changeCamera, changeLens } from "./changes.js";
import { CAMERAS, LENSES, Optics } from "./optics.js";
import { synchronizeSelectors } from "./synchronize.js";

const log = logger("scan.optics");

export interface MctOpticsOptions {
  /** Records of this process first, then Channel Access. */
  readonly pvs: PvDirectory;
  /** As `2bm:MCTOptics:`. */
  readonly prefix: string;
  readonly catalog?: OpticsCatalog;
  /** A camera or motor that does not answer for this long, when it is first needed, counts as not there. */
  readonly connectSeconds?: number;
}

const CONNECT_SECONDS = 2;
const WATCHDOG_SECONDS = 3;

interface Request {
  readonly work: () => Promise<void>;
  /** Puts a selector back while another change is under way; absent where a request can wait for its turn. */
  readonly refuse?: () => void;
}

/**
 * Moves the microscope of 2-BM: two cameras, three lenses, and what belongs to each pair of them. Everything is asked for by the
 * records of mctOptics. Never throws; failures show in MCTStatus and in the log.
 */
export function startMctOptics(options: MctOpticsOptions): { stop(): void } {
  const pvs = new PvSet(options.pvs);
  const { prefix, catalog = OPTICS_OF_2BM, connectSeconds = CONNECT_SECONDS } = options;
  const optics = new Optics({ pvs, prefix, catalog, connectSeconds, log });
  const life = new Subscription();
  const served$ = concat(
    defer(() => from(startUp(optics))).pipe(ignoreElements()),
    merge(requests(optics), watchdog(optics.own("Watchdog"), WATCHDOG_SECONDS)),
  );
  life.add(served$.subscribe({ error: (error) => log.error(`${prefix} ${errorMessage(error)}`) }));
  return {
    stop() {
      life.unsubscribe();
      pvs.close();
    },
  };
}

/** Takes the records as autosave left them, and the cameras as they are. */
async function startUp(optics: Optics): Promise<void> {
  optics.camera = (await optics.number("CameraSelect")) === 1 ? 1 : 0;
  optics.lens = Math.min(await optics.number("LensSelect"), LENSES - 1);
  for (const button of ["Sync", "Cut"]) optics.write(button, 0);
  optics.write("CameraSelected", optics.camera);
  await Promise.all([synchronizeBits(optics, 0), synchronizeBits(optics, 1), synchronizeBinning(optics)]);
  optics.say("Done");
}

const changed = (
  optics: Optics,
  record: string,
  count: number,
  work: (value: number) => Promise<void>,
): Observable<Request> =>
  changes$(optics.own(record)).pipe(
    filter((value) => value >= 0 && value < count),
    map((value) => ({ work: () => work(value) })),
  );

/** A selector names a place; one that names where the optics are asks for nothing. */
const selected = (
  optics: Optics,
  record: string,
  count: number,
  present: () => number,
  work: (value: number) => Promise<void>,
): Observable<Request> =>
  changes$(optics.own(record)).pipe(
    filter((value) => value >= 0 && value < count && value !== present()),
    map((value) => ({
      work: async () => {
        await work(value);
        optics.say("Done");
      },
      refuse: () => optics.write(record, present()),
    })),
  );

const pressed = (optics: Optics, button: string, work: () => Promise<void>): Observable<Request> =>
  pressed$(optics.own(button)).pipe(
    map(() => ({ work: () => work().finally(() => optics.write(button, 0)) })),
  );

async function synchronize(optics: Optics): Promise<void> {
  optics.say("Sync in progress");
  const isKnown = await synchronizeSelectors(optics);
  optics.say(isKnown ? "Done" : "Sync error: a motor is at none of its positions");
}

/** Everything that the records ask for, one after the other. */
function requests(optics: Optics): Observable<never> {
  let pending = 0;
  const all$ = merge(
    selected(
      optics,
      "LensSelect",
      LENSES,
      () => optics.lens,
      (lens) => changeLens(optics, lens),
    ),
    selected(
      optics,
      "CameraSelect",
      CAMERAS,
      () => optics.camera,
      (camera) => changeCamera(optics, camera),
    ),
    pressed(optics, "Sync", () => synchronize(optics)),
    pressed(optics, "Cut", () => cutRegion(optics)),
    changed(optics, "CrossSelect", 2, () => showCross(optics)),
    changed(optics, "CameraBinning", 3, () => changeBinning(optics)),
    changed(optics, "Camera0Bit", 4, () => changeBits(optics, 0)),
    changed(optics, "Camera1Bit", 4, () => changeBits(optics, 1)),
  );
  const run = async ({ work }: Request): Promise<void> => {
    try {
      await work();
    } catch (error) {
      optics.log.error(`${optics.prefix} ${errorMessage(error)}`);
      optics.say(`Failed: ${errorMessage(error)}`);
    } finally {
      pending -= 1;
    }
  };
  return all$.pipe(
    filter(({ refuse }) => {
      if (pending === 0 || refuse === undefined) return true;
      refuse();
      return false;
    }),
    tap(() => {
      pending += 1;
    }),
    concatMap(run),
    ignoreElements(),
  );
}
