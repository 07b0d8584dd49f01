import { tap, timer } from "rxjs";
import { defineDriver } from "../asyn/defineDriver.js";
import { float64, octet } from "../asyn/driverParameter.js";

const TOP_UP_SECONDS = 120;
const FULL_CURRENT_MA = 130;
/** What is lost between two injections. */
const LOSS = 0.01;

/** Stored current after `seconds`: it decays, and every two minutes is filled up again. */
export const ringCurrent = (seconds: number): number =>
  FULL_CURRENT_MA * (1 - LOSS * ((seconds % TOP_UP_SECONDS) / TOP_UP_SECONDS));

/** Local time of day as ISO 8601 with the offset from UTC, as beamlines stamp their files. */
export function timeOfDay(date: Date): string {
  const offset = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 19);
  const two = (value: number) => String(Math.trunc(value)).padStart(2, "0");
  const sign = offset < 0 ? "-" : "+";
  return `${local}${sign}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
}

/** What the storage ring tells beamlines, once a second. */
export const ringPort = defineDriver(
  "Ring",
  {
    CURRENT: float64(FULL_CURRENT_MA),
    TOP_UP: octet("Top-up"),
    FILL: octet("324 Bunch"),
    TIME_OF_DAY: octet(timeOfDay(new Date())),
  },
  ({ params }) =>
    timer(0, 1000).pipe(
      tap((seconds) => {
        params.CURRENT.set(ringCurrent(seconds));
        params.TIME_OF_DAY.set(timeOfDay(new Date()));
      }),
    ),
);
