import { distinctUntilChanged, map, NEVER, Observable, switchMap } from "rxjs";
import { toNumber } from "../channel/number.js";
import { toText } from "../channel/text.js";
import type { Pv, PvDirectory } from "./pv.js";

/** The present value of a PV as a number, then every change of it. */
export const number$ = (pv: Pv): Observable<number> => pv.sample$.pipe(map(({ value }) => toNumber(value)));

/** The present value of a PV as text, then every change of it. */
export const text$ = (pv: Pv): Observable<string> => pv.sample$.pipe(map(({ value }) => toText(value)));

/** The name that a PV holds, and each other one it gets; an empty one is not told. */
export const name$ = (pv: Pv): Observable<string> =>
  text$(pv).pipe(
    map((name) => name.trim()),
    distinctUntilChanged(),
    switchMap((name) => (name === "" ? NEVER : [name])),
  );

/** A PV opened for as long as somebody listens. */
export const opened$ = <T>(
  pvs: PvDirectory,
  name: string,
  values: (pv: Pv) => Observable<T>,
): Observable<T> =>
  new Observable((subscriber) => {
    const pv = pvs.pv(name);
    const subscription = values(pv).subscribe(subscriber);
    subscription.add(() => pv.close());
    return subscription;
  });
