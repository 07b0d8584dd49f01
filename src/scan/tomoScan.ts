import {
  BehaviorSubject,
  catchError,
  combineLatest,
  defer,
  delayWhen,
  EMPTY,
  filter,
  firstValueFrom,
  map,
  merge,
  type Observable,
  of,
  Subject,
  Subscription,
  startWith,
  switchMap,
  take,
  timeout,
} from "rxjs";
import { toText } from "../channel/text.js";
import { DataExchangeFiles } from "../drivers/hdf5/dataExchangeFiles.js";
import { errorMessage } from "../libcom/errorMessage.js";
import { logger } from "../libcom/log.js";
import type { SharedPvProvider } from "../pva/index.js";
import type { PvDirectory } from "../records/pv.js";
import { text$ } from "../records/pvStreams.js";
import { type BeamlineNames, openBeamline, PvSet } from "./beamline.js";
import { type Broadcasts, NO_BROADCASTS, openBroadcasts } from "./broadcast.js";
import type { ActiveScan, ScanContext } from "./context.js";
import { DEFAULT_TIMES, type ScanTimes } from "./options.js";
import type { ScanKind } from "./scanKind.js";
import { abort$, beamlineNames$, betweenScans, serve } from "./server.js";
import { becomes$ } from "./steps.js";

export interface ScanServerOptions {
  /** Records of this process first, then Channel Access. */
  readonly pvs: PvDirectory;
  /** Prefix of the server's records, as `2bmb:TomoScanStream:`. */
  readonly prefix: string;
  readonly kind: ScanKind;
  /** Where dark fields, flat fields and angles are broadcast. */
  readonly structures: SharedPvProvider;
  readonly times?: Partial<ScanTimes>;
}

export interface ScanServerStatus {
  readonly scanning: boolean;
  /** Text of ScanStatus. */
  readonly status: string;
  /** Text of StreamMessage; empty where nothing streams. */
  readonly message: string;
}

export interface ScanServer {
  readonly status$: Observable<ScanServerStatus>;
  /** Aborts a scan that runs, waits for its end and stops serving. */
  stop(): Promise<void>;
}

const log = logger("scan");
const STOP_SECONDS = 30;

const statusOf$ = (
  pvs: PvSet,
  prefix: string,
  kind: ScanKind,
  scanning: Observable<boolean>,
): Observable<ScanServerStatus> => {
  const shown$ = (record: string): Observable<string> => text$(pvs.pv(prefix + record)).pipe(startWith(""));
  return combineLatest({
    scanning,
    status: shown$("ScanStatus"),
    message: kind === "stream" ? shown$("StreamMessage") : of(""),
  });
};

/** Serves the tomography scans of beamline 2-BM, streaming or not, behind the records of tomoScan. Never throws; failures show in ScanStatus and in the log. */
export function startTomoScan(options: ScanServerOptions): ScanServer {
  const { pvs: directory, prefix, structures, kind } = options;
  const times = { ...DEFAULT_TIMES, ...options.times };
  const pvs = new PvSet(directory);
  const running$ = new BehaviorSubject(false);
  const scan$ = new BehaviorSubject<ActiveScan | undefined>(undefined);
  const busy$ = new BehaviorSubject(false);
  const ending$ = new BehaviorSubject(false);
  const stopped$ = new Subject<void>();
  const files = new DataExchangeFiles();
  const life = new Subscription();

  const serveAt = (names: BeamlineNames, broadcasts: Broadcasts): Observable<never> =>
    defer(() => {
      const beamline = openBeamline(pvs, prefix, names);
      const writeError$ = becomes$(beamline.file("WriteStatus"), 1).pipe(filter(() => running$.value));
      const aborted$ = abort$(beamline, merge(stopped$, writeError$));
      const context: ScanContext = {
        kind,
        beamline,
        times,
        broadcasts,
        files,
        log,
        running$,
        scan$,
        busy$,
        ending$,
        aborted$,
        lastFrameId: 0,
        captured: undefined,
        rotationBeforeMoveOut: undefined,
      };
      return serve(context);
    }).pipe(
      catchError((error) => {
        log.error(`${prefix}: ${errorMessage(error)}`);
        return EMPTY;
      }),
    );

  const opened$ = (): Observable<Broadcasts> =>
    pvs.pv(`${prefix}PvaStreamPVPrefix`).sample$.pipe(
      map(({ value }) => toText(value)),
      timeout({ first: times.connect * 1000, with: () => of("") }),
      take(1),
      map((given) => {
        const broadcasts = openBroadcasts(structures, given || prefix);
        life.add(() => broadcasts.close());
        return broadcasts;
      }),
    );
  const broadcasts$ = kind === "stream" ? opened$() : of(NO_BROADCASTS);
  const served$ = broadcasts$.pipe(
    switchMap((broadcasts) =>
      beamlineNames$(pvs, prefix, times.connect).pipe(
        delayWhen(() => betweenScans({ running$ })),
        switchMap((names) => serveAt(names, broadcasts)),
      ),
    ),
  );
  life.add(served$.subscribe({ error: (error) => log.error(`${prefix}: ${errorMessage(error)}`) }));
  log.info(`serving ${prefix}`);

  return {
    status$: statusOf$(pvs, prefix, kind, running$),
    async stop() {
      if (running$.value) {
        const ended = firstValueFrom(
          betweenScans({ running$ }).pipe(timeout({ first: STOP_SECONDS * 1000, with: () => [undefined] })),
        );
        stopped$.next();
        await ended;
      }
      life.unsubscribe();
      pvs.close();
      await files.close();
    },
  };
}
