import { map, type Observable } from "rxjs";
import { toNumber } from "../channel/number.js";
import { toText } from "../channel/text.js";
import type { Pv } from "./pv.js";

/** The present value of a PV as a number, then every change of it. */
export const number$ = (pv: Pv): Observable<number> => pv.sample$.pipe(map(({ value }) => toNumber(value)));

/** The present value of a PV as text, then every change of it. */
export const text$ = (pv: Pv): Observable<string> => pv.sample$.pipe(map(({ value }) => toText(value)));
