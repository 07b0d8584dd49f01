import {
  auditTime,
  distinctUntilChanged,
  finalize,
  ignoreElements,
  map,
  merge,
  type Observable,
  startWith,
  tap,
  timer,
} from "rxjs";
import type { Pv } from "../records/pv.js";
import { number$ } from "../records/pvStreams.js";
import type { ScanContext } from "./context.js";
import { lastNumber } from "./pvValues.js";

const DAY = 86_400;

/** `1:02:03` or `2 days, 1:02:03`, as the upstream server's language writes durations. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const days = Math.floor(whole / DAY);
  const before = days === 0 ? "" : `${days} day${days === 1 ? "" : "s"}, `;
  return `${before}${Math.floor((whole % DAY) / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

const UPDATE_MS = 200;

/** Keeps a record at what `text` says, as often as `update$` emits and once more in the end. */
const show = (pv: Pv, update$: Observable<unknown>, text: () => string): Observable<never> =>
  update$.pipe(
    map(text),
    distinctUntilChanged(),
    tap((shown) => pv.write(shown)),
    ignoreElements(),
    finalize(() => pv.write(text())),
  );

const showCount = (pv: Pv, done: Pv, wanted: Pv): Observable<never> =>
  show(
    pv,
    merge(number$(done), number$(wanted)).pipe(startWith(0), auditTime(UPDATE_MS)),
    () => `${lastNumber(done, 0)}/${lastNumber(wanted, 0)}`,
  );

/** Keeps ImagesSaved up to date while subscribed. */
export const showSaved = ({ beamline }: ScanContext): Observable<never> =>
  showCount(beamline.own("ImagesSaved"), beamline.file("NumCaptured_RBV"), beamline.file("NumCapture"));

/** Keeps ImagesCollected, ImagesSaved, ElapsedTime and RemainingTime up to date while subscribed. */
export function showProgress(context: ScanContext): Observable<never> {
  const { beamline } = context;
  const begin = performance.now();
  const collected = beamline.camera("NumImagesCounter_RBV");
  const images = beamline.camera("NumImages");
  const elapsed = (): number => (performance.now() - begin) / 1000;
  const remaining = (): number => {
    const done = lastNumber(collected, 0);
    return (elapsed() * (lastNumber(images, 0) - done)) / Math.max(1, done);
  };
  const second$ = timer(0, 1000);
  return merge(
    showCount(beamline.own("ImagesCollected"), collected, images),
    showSaved(context),
    show(beamline.own("ElapsedTime"), second$, () => durationText(elapsed())),
    show(beamline.own("RemainingTime"), second$, () => durationText(remaining())),
  );
}
