import {
  combineLatest,
  defer,
  distinctUntilChanged,
  exhaustMap,
  filter,
  finalize,
  ignoreElements,
  interval,
  map,
  merge,
  type Observable,
  pairwise,
  Subscription,
  startWith,
  switchMap,
  take,
  takeUntil,
  tap,
} from "rxjs";
import { toNumber } from "../../channel/number.js";
import { textToChars } from "../../channel/text.js";
import { logger } from "../../libcom/log.js";
import type { Pv } from "../../records/pv.js";
import { number$, text$ } from "../../records/pvStreams.js";
import type { BackendName } from "../backend/backend.js";
import type { ProjectionSize } from "../pipeline/preprocess.js";
import type { ReconResult } from "../worker/messages.js";
import { type ProjectionCounts, ReconWorker } from "../worker/reconWorker.js";
import { AutoCenter } from "./autoCenter.js";
import { DisplayPvs } from "./displayPvs.js";
import { LensChange } from "./lensChange.js";
import { LiveRecords } from "./liveRecords.js";
import { projectionSources, type SourceOptions } from "./projectionSources.js";
import { ReconPublisher } from "./reconPublisher.js";
import { ReconSession } from "./reconSession.js";
import { resizedSettings, type SlicePositions } from "./resizedSettings.js";
import { openTomoStreamPvs, parameterChanges$, parametersNow, type TomoStreamPvs } from "./tomoStreamPvs.js";

const log = logger("recon.server");

const WATCHDOG_SECONDS = 3;
const WATCHDOG_COUNTS = 5;

/** `publish` is also where StreamRecon is served. */
export interface TomoStreamOptions extends SourceOptions {
  /** $(P)$(R) of tomoStream.template. */
  readonly prefix: string;
  /** Forces a backend; absent lets a GPU be used where one answers. */
  readonly backend?: BackendName | undefined;
}

export interface TomoStreamStatus {
  readonly isRunning: boolean;
  /** Projections in the slices, and of a full half turn. */
  readonly views: number;
  readonly capacity: number;
  /** Computing time of the last slices. */
  readonly seconds: number;
  readonly projections: ProjectionCounts;
}

/** The running tomoStream server. */
export interface TomoStream {
  /** Slices as they are published; see ReconResult for how long they may be used. */
  readonly results$: Observable<ReconResult>;
  /** Which backend computes, and why that one. */
  readonly backend: Promise<{ readonly backend: BackendName; readonly reason: string }>;
  status(): TomoStreamStatus;
  /** The last slices, good until the next; undefined before the first. */
  latest(): ReconResult | undefined;
  stop(): Promise<void>;
}

/**
 * tomoStream: reconstructs three ortho-slices from the projections of a streaming scan while StartRecon is set, and
 * publishes them as StreamRecon. Everything is steered by the records of tomoStream.template.
 */
export const startTomoStream = (options: TomoStreamOptions): TomoStream => new TomoStreamServer(options);

class TomoStreamServer implements TomoStream {
  readonly #options: TomoStreamOptions;
  readonly #pvs: TomoStreamPvs;
  readonly #worker: ReconWorker;
  readonly #publisher: ReconPublisher;
  readonly #live: LiveRecords;
  readonly #display: DisplayPvs;
  readonly #autoCenter: AutoCenter;
  readonly #lens: LensChange;
  readonly #life = new Subscription();
  #session: ReconSession | undefined;
  #size: ProjectionSize | undefined;
  #isRunning = false;
  #status = "";
  #latest: ReconResult | undefined;

  constructor(options: TomoStreamOptions) {
    this.#options = options;
    this.#pvs = openTomoStreamPvs(options.pvs, options.prefix);
    this.#worker = new ReconWorker({ backend: options.backend });
    this.#publisher = new ReconPublisher(options.publish);
    this.#live = new LiveRecords(options.pvs, options.prefix);
    this.#display = new DisplayPvs(options.pvs, options.prefix);
    this.#autoCenter = new AutoCenter(
      options.pvs,
      options.prefix,
      this.#pvs.Center,
      () => this.#session?.centerSource,
    );
    this.#lens = new LensChange(options.pvs, options.prefix, {
      positions: () => this.#positions(),
      move: (positions) => this.#move(positions),
      setPixelSize: (micrometres) => this.#pvs.PixelSize.write(micrometres),
    });
    this.#worker.ready.then(
      ({ backend, reason }) => log.info(`${options.prefix} reconstructs by ${backend}: ${reason}`),
      () => {},
    );
    const error = (problem: unknown): void => log.error(`${options.prefix} ${problem}`);
    const backend$ = this.#live.backend$(this.#worker.ready);
    const center$ = this.#autoCenter.operation$;
    for (const part$ of [this.#watchdog$(), this.#publishing$(), this.#operation$(), backend$, center$])
      this.#life.add(part$.subscribe({ error }));
  }

  get results$(): Observable<ReconResult> {
    return this.#worker.results$;
  }

  get backend(): Promise<{ readonly backend: BackendName; readonly reason: string }> {
    return this.#worker.ready;
  }

  latest(): ReconResult | undefined {
    return this.#latest;
  }

  status(): TomoStreamStatus {
    const { views = 0, capacity = 0, seconds = 0 } = this.#latest ?? {};
    return { isRunning: this.#isRunning, views, capacity, seconds, projections: this.#worker.counts };
  }

  async stop(): Promise<void> {
    this.#life.unsubscribe();
    this.#publisher.close();
    await this.#worker.close();
    await this.#autoCenter.close();
    this.#live.close();
    this.#display.close();
    this.#lens.close();
    for (const pv of Object.values(this.#pvs)) pv.close();
  }

  #watchdog$(): Observable<unknown> {
    return interval(WATCHDOG_SECONDS * 1000).pipe(
      startWith(0),
      tap(() => this.#pvs.Watchdog.write(WATCHDOG_COUNTS)),
      map(() => this.#worker.counts.dropped),
      pairwise(),
      filter(([before, now]) => now > before),
      tap(([before, now]) =>
        log.warn(
          `${this.#options.prefix} too slow: ${now - before} projections left out in ${WATCHDOG_SECONDS} s`,
        ),
      ),
    );
  }

  #publishing$(): Observable<unknown> {
    return merge(
      text$(this.#pvs.ReconPVAName).pipe(tap((name) => this.#publisher.serveAs(name))),
      this.#display.display$.pipe(tap((display) => this.#publisher.showAs(display))),
      this.#worker.results$.pipe(tap((result) => this.#publish(result))),
    );
  }

  #publish(result: ReconResult): void {
    this.#latest?.release();
    this.#latest = result.retain();
    this.#publisher.publish(result);
    this.#live.write(result, this.#worker.counts);
    this.#pvs.ReconTime.write(result.seconds);
    this.#pvs.BufferSize.write(`${result.views}/${result.capacity}`);
  }

  /** StartRecon begins a session, unless one runs; it ends when AbortRecon is released or StartRecon reset. */
  #operation$(): Observable<unknown> {
    const { StartRecon, AbortRecon, ReconStatus } = this.#pvs;
    const start$ = number$(StartRecon).pipe(distinctUntilChanged());
    const abort$ = number$(AbortRecon).pipe(
      pairwise(),
      filter(([before, after]) => before === 1 && after === 0),
      tap(() => this.#say("Aborting reconstruction")),
    );
    const stop$ = merge(abort$, start$.pipe(filter((start) => start === 0)));
    const runs$ = start$.pipe(
      filter((start) => start === 1),
      exhaustMap(() => this.#session$().pipe(takeUntil(stop$))),
    );
    return allConnected$([StartRecon, AbortRecon, ReconStatus]).pipe(
      tap(() => this.#ended()),
      switchMap(() => runs$),
    );
  }

  #session$(): Observable<never> {
    return defer(() => {
      const session = new ReconSession(this.#worker, this.#settings(), this.#size);
      const sources = projectionSources(this.#pvs, this.#options);
      this.#isRunning = true;
      this.#session = session;
      return merge(
        sources.theta$.pipe(tap((theta) => session.theta(theta))),
        sources.dark$.pipe(tap((dark) => session.dark(dark))),
        sources.flat$.pipe(tap((flat) => session.flat(flat))),
        sources.firstProjid$.pipe(tap((id) => session.firstProjid(id))),
        parameterChanges$(this.#pvs).pipe(tap(() => session.parametersChanged())),
        this.#worker.failures$.pipe(tap((problem) => session.failed(problem))),
        this.#lens.follow$({
          size: () => session.size,
          pause: () => {
            session.pause();
            this.#say(session.status);
          },
          resume: () => {
            session.resume();
            this.#say(session.status);
          },
        }),
        // Last: what the first frames need is known by then.
        sources.projections$.pipe(tap((frame) => session.projection(frame))),
      ).pipe(
        startWith(undefined),
        tap(() => this.#say(session.status)),
        ignoreElements(),
        finalize(() => {
          this.#size = session.size;
          this.#session = undefined;
          this.#ended();
        }),
      );
    });
  }

  #settings() {
    return {
      parameters: (size: ProjectionSize) => parametersNow(this.#pvs, size),
      resized: (before: ProjectionSize | undefined, after: ProjectionSize) =>
        this.#move(resizedSettings(before, after, this.#positions())),
    };
  }

  #positions(): SlicePositions {
    const { Center, OrthoX, OrthoY, OrthoZ } = this.#pvs;
    const now = (pv: Pv): number => toNumber(pv.sample?.value);
    return { Center: now(Center), OrthoX: now(OrthoX), OrthoY: now(OrthoY), OrthoZ: now(OrthoZ) };
  }

  #move(moved: Partial<SlicePositions>): void {
    const present = this.#positions();
    for (const name of ["Center", "OrthoX", "OrthoY", "OrthoZ"] as const) {
      const value = moved[name];
      if (value !== undefined && Number.isFinite(value) && value !== present[name])
        this.#pvs[name].write(value);
    }
  }

  #ended(): void {
    this.#isRunning = false;
    this.#worker.stop();
    this.#pvs.AbortRecon.write(1);
    this.#pvs.StartRecon.write(0);
    this.#say("Stopped");
  }

  #say(status: string): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#pvs.ReconStatus.write(textToChars(status));
  }
}

/** Emits once, when all of the PVs have been reached. */
const allConnected$ = (pvs: readonly Pv[]): Observable<unknown> =>
  combineLatest(pvs.map((pv) => pv.connected$)).pipe(
    filter((connected) => connected.every(Boolean)),
    take(1),
  );
