import {
  auditTime,
  combineLatest,
  distinctUntilChanged,
  ignoreElements,
  interval,
  map,
  merge,
  type Observable,
  startWith,
  tap,
} from "rxjs";
import type { Pv } from "../records/pv.js";
import { number$ } from "../records/pvStreams.js";
import type { ScanContext } from "./context.js";
import { lastNumber } from "./pvValues.js";

/** `1:02:03`; hours are not padded and may exceed a day. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

const UPDATE_MS = 200;

const counted = (count: Pv, of: Pv): Observable<string> =>
  combineLatest([number$(count).pipe(startWith(0)), number$(of).pipe(startWith(0))]).pipe(
    auditTime(UPDATE_MS),
    map(([done, wanted]) => `${done}/${wanted}`),
    distinctUntilChanged(),
  );

/** Keeps ImagesCollected, ImagesSaved, ElapsedTime and RemainingTime up to date while subscribed. */
export function showProgress({ beamline }: ScanContext): Observable<never> {
  const begin = performance.now();
  const collected = beamline.camera("NumImagesCounter_RBV");
  const images = beamline.camera("NumImages");
  const show = (record: string, text$: Observable<string>): Observable<never> =>
    text$.pipe(
      tap((text) => beamline.own(record).write(text)),
      ignoreElements(),
    );
  const elapsed$ = interval(1000).pipe(
    startWith(0),
    map(() => (performance.now() - begin) / 1000),
  );
  const remaining$ = elapsed$.pipe(
    map((elapsed) => {
      const done = lastNumber(collected, 0);
      return (elapsed * (lastNumber(images, 0) - done)) / Math.max(1, done);
    }),
  );
  return merge(
    show("ImagesCollected", counted(collected, images)),
    show("ImagesSaved", counted(beamline.file("NumCaptured_RBV"), beamline.file("NumCapture"))),
    show("ElapsedTime", elapsed$.pipe(map(durationText))),
    show("RemainingTime", remaining$.pipe(map(durationText))),
  );
}
