import { arrayFrom, type DbfType, isArrayValue, type Value } from "../../channel/dbf.js";
import { fromEpics, now, POSIX_TIME_AT_EPICS_EPOCH, type Timestamp } from "../../libcom/epicsTime.js";
import { strftime } from "../../libcom/strftime.js";
import type { ChannelShape, Filter, FilterPlugin, PassEvent } from "./filter.js";
import { type FilterOptions, numberOption } from "./options.js";

const numbers = { dbl: 2, sec: 3, nsec: 4, ts: 5 } as const;
const epochs = { epics: 0, unix: 1 } as const;
const texts = { epics: 1, iso: 2 } as const;

/** What stands in place of the value. */
interface Replacement {
  readonly type: DbfType;
  readonly elementCount: number;
  readonly value: (seconds: number, time: Timestamp) => Value;
}

const numeric: Readonly<Record<number, Replacement>> = {
  [numbers.dbl]: { type: "DOUBLE", elementCount: 1, value: (s, { nanoseconds }) => s + nanoseconds * 1e-9 },
  [numbers.sec]: { type: "ULONG", elementCount: 1, value: (s) => s },
  [numbers.nsec]: { type: "ULONG", elementCount: 1, value: (_, { nanoseconds }) => nanoseconds },
  [numbers.ts]: { type: "ULONG", elementCount: 2, value: (s, time) => Uint32Array.of(s, time.nanoseconds) },
};

const text = (format: string): Replacement => ({
  type: "STRING",
  elementCount: 1,
  value: (_, time) =>
    time.seconds === 0 && time.nanoseconds === 0
      ? "<undefined>"
      : strftime(format, fromEpics(time), time.nanoseconds),
});

const textual: Readonly<Record<number, Replacement>> = {
  [texts.epics]: text("%Y-%m-%d %H:%M:%S.%06f"),
  [texts.iso]: text("%Y-%m-%dT%H:%M:%S.%06f%z"),
};

/** An array with all the elements that it could have: EPICS Base copies the whole memory of the field. */
const wholeArray = (value: Value, { type, elementCount }: ChannelShape): Value =>
  isArrayValue(value) && value.length < elementCount ? arrayFrom(type, value, elementCount) : value;

/** The time of an event becomes the moment at which it happened, whatever the record's time says. */
const generate: Filter = {
  stage: "beforeQueue",
  attach: (shape) => ({
    pass: (event) => {
      const { sample } = event;
      return { ...event, sample: { ...sample, value: wholeArray(sample.value, shape), time: now() } };
    },
  }),
};

const replacementOf = (options: FilterOptions): Replacement | undefined =>
  textual[numberOption(options, "text", 0)] ?? numeric[numberOption(options, "number", 0)];

/** The time of an event: as it happened, or in place of the value as numbers (`num`, `epoch`) or as text (`str`). */
export const ts: FilterPlugin = {
  name: "ts",
  options: [
    { name: "num", target: "number", kind: "choice", choices: numbers },
    { name: "epoch", target: "epoch", kind: "choice", choices: epochs },
    { name: "str", target: "text", kind: "choice", choices: texts },
  ],
  make(options) {
    const replacement = replacementOf(options);
    if (replacement === undefined) return generate;
    const { type, elementCount, value } = replacement;
    const epochSeconds =
      numberOption(options, "epoch", epochs.epics) === epochs.unix ? POSIX_TIME_AT_EPICS_EPOCH : 0;
    const pass: PassEvent = (event) => {
      const { time } = event.sample;
      return { ...event, sample: { ...event.sample, value: value(time.seconds + epochSeconds, time) } };
    };
    return { stage: "behindQueue", attach: () => ({ shape: { type, elementCount }, pass }) };
  },
};
