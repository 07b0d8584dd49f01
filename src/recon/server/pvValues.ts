import { map, type Observable } from "rxjs";
import { isArrayValue, type Value } from "../../channel/dbf.js";
import type { Pv } from "../../records/pv.js";

/** A number or menu index; NaN for text that is none. */
export const numberOf = (value: Value | undefined): number => {
  if (value === undefined) return Number.NaN;
  return Number(isArrayValue(value) ? value[0] : value);
};

/** A string, or a character array up to its NUL, as tomoScan's databases keep text. */
export function textOf(value: Value | undefined): string {
  if (value === undefined) return "";
  if (!isArrayValue(value)) return String(value);
  const bytes = Uint8Array.from(value, Number);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Text for a character array, with its NUL. */
export const charactersOf = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`);

export const number$ = (pv: Pv): Observable<number> => pv.sample$.pipe(map(({ value }) => numberOf(value)));

export const text$ = (pv: Pv): Observable<string> => pv.sample$.pipe(map(({ value }) => textOf(value)));
