import { EventMask } from "../../../src/channel/eventMask.js";
import type { Step } from "./reference.js";
import { type Suite, testSuites } from "./suites.js";

const DATABASE = `
  record(longin, "x") { field(MDEL, "-1") field(ADEL, "-1") field(HIGH, "1000") field(HSV, "MINOR") }
  record(ai, "float") { field(MDEL, "-1") }
  record(stringin, "text") {}
  record(mbbi, "choice") { field(ZRST, "zero") field(ONST, "one") field(TWST, "two") }
  record(waveform, "wave") { field(FTVL, "LONG") field(NELM, "10") }
  record(waveform, "doubles") { field(FTVL, "DOUBLE") field(NELM, "10") }
  record(waveform, "texts") { field(FTVL, "STRING") field(NELM, "10") }
  record(ao, "source") {}
  record(compress, "ring") { field(ALG, "Circular Buffer") field(NSAM, "10") field(INP, "source NPP") }
  record(ai, "never") { field(VAL, "5") }
  record(longin, "tagged") { field(MDEL, "-1") }
`;

const VALUE = EventMask.VALUE | EventMask.LOG;
const ALL = VALUE | EventMask.ALARM | EventMask.PROPERTY;

/** Puts one value after the other, with a look at what the monitor heard after each. */
const puts = (record: string, channel: string, values: readonly (number | string)[]): Step[] =>
  values.flatMap((value): Step[] => [
    ["put", record, String(value)],
    ["events", channel],
  ]);

const watch = (
  record: string,
  modifiers: string,
  values: readonly (number | string)[],
  mask: number = VALUE,
): Step[] => {
  const channel = `${record}.VAL${modifiers}`;
  return [["monitor", channel, mask], ["events", channel], ...puts(record, channel, values)];
};

const counting = [20, 21, 22, 23, 24, 25, 26, 27, 28, 29];

/** A state that goes on after three events, and off after three more. */
const around = (mode: string): Step[] => {
  const channel = `x.VAL{sync:{m:'${mode}',s:'red'}}`;
  return [
    ["state", "red", false],
    ["read", channel],
    ["monitor", channel, VALUE],
    ["events", channel],
    ...puts("x", channel, [120, 121, 122]),
    ["state", "red", true],
    ["read", channel],
    ...puts("x", channel, [123, 124, 125, 126]),
    ["state", "red", false],
    ...puts("x", channel, [127, 128, 129]),
    ["state", "red", true],
    ...puts("x", channel, [130]),
    ["state", "red", false],
  ];
};

const tens = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19];

const RANGES = [1, 2, 3].flatMap((i) => [
  `{arr:{s:2,e:6,i:${i}}}`,
  `{arr:{s:-8,e:6,i:${i}}}`,
  `{arr:{s:2,e:-4,i:${i}}}`,
  `{arr:{s:-8,e:-4,i:${i}}}`,
  `{arr:{},arr:{s:2,e:6,i:${i}}}`,
  `{arr:{},arr:{s:-8,e:-4,i:${i}}}`,
]);

const looks = (record: string): Step[] =>
  ["{arr:{}}", "{arr:{s:-500}}", "{arr:{e:500}}", "{arr:{i:0}}", "{arr:{i:-30}}", ...RANGES].flatMap(
    (filter): Step[] => [
      ["type", `${record}.VAL${filter}`],
      ["read", `${record}.VAL${filter}`],
    ],
  );

const SUITES: readonly Suite[] = [
  {
    name: "arrTest",
    steps: [
      ["putAs", "wave", "LONG", tens],
      ["putAs", "doubles", "DOUBLE", tens],
      ["putAs", "texts", "STRING", tens.map(String)],
      ...["wave", "doubles", "texts"].flatMap(looks),
      // A ring that begins at every place of its memory.
      ...Array.from({ length: 21 }, (_, step): Step[] => [
        ["put", "source", String(step)],
        ["process", "ring"],
        ...["{arr:{s:2,e:6}}", "{arr:{s:-8,e:-4,i:2}}", "{arr:{},arr:{s:2,e:-4,i:3}}"].map(
          (filter): Step => ["read", `ring.VAL${filter}`],
        ),
      ]).flat(),
      ["monitor", "wave.VAL[1:2:7]", VALUE],
      ["events", "wave.VAL[1:2:7]"],
      ["putAs", "wave", "LONG", [1, 2, 3, 4, 5, 6]],
      ["events", "wave.VAL[1:2:7]"],
      ["putAs", "wave", "LONG", [1]],
      ["events", "wave.VAL[1:2:7]"],
    ],
  },
  {
    name: "arrShorthandTest",
    steps: [
      "[]",
      "[x",
      "[2x",
      "[2:3x",
      "[2:3:4x",
      "[2]",
      "[2:]",
      "[2::]",
      "[2:3:]",
      "[:2]",
      "[::2]",
      "[:3:2]",
      "[2:4]",
      "[2::4]",
      "[2:3:4]",
    ].flatMap((range): Step[] => [
      ["type", `doubles.${range}`],
      ["read", `doubles.${range}`],
    ]),
  },
  {
    name: "dbndTest",
    steps: [
      ...watch("x", "{dbnd:{}}", [0, 0, 1, 1]),
      ...watch("x", "{dbnd:{d:-1.0}}", [0, 0, 1, 1]),
      ...watch("x", "{dbnd:{d:3}}", [1, 1, 3, 4, 5, 5]),
      ...watch("x", "{dbnd:{m:'rel',d:50}}", [1, 1, 2, 2, 3, 4, 4, 5, 6, 7, 7]),
      ...watch("x", "{dbnd:{rel:50}}", [-4, -5, -6, -7, 0, 0, 1]),
      ...watch("x", "{dbnd:{abs:5}}", [900, 904, 1000, 1001, 999, 950, 951], ALL),
      ...watch("float", "{dbnd:{abs:1}}", [
        "NaN",
        "NaN",
        "1",
        "1.5",
        "Inf",
        "Inf",
        "-Inf",
        "NaN",
        "Inf",
        "2",
      ]),
      ...watch("text", "{dbnd:{abs:1}}", ["1", "1", "1.5", "x"]),
      ...watch("choice", "{dbnd:{abs:1}}", ["zero", "one", "two", "zero"]),
      // A read moves the dead band.
      ["read", "x.VAL{dbnd:{abs:2}}"],
    ],
  },
  {
    name: "decTest",
    steps: [
      ["type", "x.VAL{dec:{n:-1}}"],
      ["type", "x.VAL{dec:{n:0}}"],
      ["type", "x.VAL{dec:{}}"],
      ["type", "x.VAL{dec:{x:true}}"],
      ...[1, 2, 3, 4].flatMap((n) => watch("x", `{dec:{n:${n}}}`, counting)),
      ...watch("x", "{dec:{n:2},dec:{n:2}}", counting),
      // Changes of metadata do not count.
      ["monitor", "x.HOPR{dec:{n:3}}", ALL],
      ...puts("x.HOPR", "x.HOPR{dec:{n:3}}", counting),
      ...watch("x", "{dec:{n:3},dbnd:{abs:1}}", counting),
      ...watch("x", "{dbnd:{abs:1},dec:{n:2}}", counting),
    ],
  },
  {
    name: "syncTest",
    steps: [
      ["type", "x.VAL{sync:{m:'while',s:'red'}}"],
      ["state", "red", false],
      ["type", "x.VAL{sync:{m:'while',s:'blue'}}"],
      ["type", "x.VAL{sync:{m:'while'}}"],
      ["type", "x.VAL{sync:{s:'red'}}"],
      ...["while", "unless", "before", "first", "last", "after"].flatMap(around),
      ["monitor", "x.HOPR{sync:{while:'red'}}", ALL],
      ...puts("x.HOPR", "x.HOPR{sync:{while:'red'}}", counting),
    ],
  },
  {
    name: "utagTest",
    steps: [
      ...watch("tagged", "{utag:{M:1,V:1}}", [1, 2, 3]),
      ...watch("tagged", "{utag:{M:1,V:0}}", [1, 2, 3]),
      ...watch("tagged", "{utag:{}}", [1, 2]),
      ["read", "tagged.VAL{utag:{V:7}}"],
    ],
  },
  {
    name: "tsTest",
    steps: [
      "ts:{}",
      "ts:{num:'dbl'}",
      "ts:{num:'sec'}",
      "ts:{num:'nsec'}",
      "ts:{num:'ts'}",
      "ts:{num:'ts',epoch:'epics'}",
      "ts:{num:'ts',epoch:'unix'}",
      "ts:{num:'sec',epoch:'unix'}",
      "ts:{num:'dbl',epoch:'unix'}",
      "ts:{str:'epics'}",
      "ts:{str:'iso'}",
    ].flatMap((filter): Step[] => [
      ["type", `never.VAL{${filter}}`],
      ["read", `never.VAL{${filter}}`],
      ["type", `texts.VAL{${filter}}`],
      ["type", `choice.VAL{${filter}}`],
      ["monitor", `never.VAL{${filter}}`, VALUE],
      ["events", `never.VAL{${filter}}`],
    ]),
  },
];

testSuites("filters", DATABASE, SUITES);
