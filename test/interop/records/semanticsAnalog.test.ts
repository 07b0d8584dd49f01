import {
  alarm,
  type Behaviour,
  events,
  get,
  LOG,
  monitor,
  put,
  testBehaviours,
  text,
  VALUE,
} from "./behaviour.js";

/** Limits on both sides of 0; none of alarm and warning. */
const limits = (display: number, control: number, none: 0 | "NaN") => ({
  upperDisplay: display,
  lowerDisplay: -display,
  upperAlarm: none,
  upperWarning: none,
  lowerWarning: none,
  lowerAlarm: none,
  upperControl: control,
  lowerControl: -control,
  units: "",
});

const BEHAVIOURS: readonly Behaviour[] = [
  {
    name: "19: a raw value is offset, scaled by ASLO and AOFF, then by ESLO and EOFF; ASLO 0 counts as none",
    database: `record(longin, "raw19") {}
      ${[
        ["no", "NO CONVERSION", 10, 2, 4, 1, 0],
        ["slope", "SLOPE", 1, 3, 99, 3, 2],
        ["linear", "LINEAR", 6, 2, 19, 4, 1],
        ["zero", "SLOPE", 0, 0, 5, 2, 1],
      ]
        .map(
          ([name, linr, roff, aslo, aoff, eslo, eoff]) =>
            `record(ai, "${name}19") { field(DTYP, "Raw Soft Channel") field(INP, "raw19") field(LINR, "${linr}") field(ROFF, "${roff}")
              field(ASLO, "${aslo}") field(AOFF, "${aoff}") field(ESLO, "${eslo}") field(EOFF, "${eoff}") }`,
        )
        .join("\n")}`,
    checks: [
      ...(
        [
          ["no19", 9, 42],
          ["slope19", 7, 371],
          ["linear19", 2, 141],
          ["zero19", 3, 17],
        ] as const
      ).flatMap(([name, raw, value]) => [put("raw19", raw), put(`${name}.PROC`, 1), get(name, value)]),
    ],
  },
  {
    name: "20: EOFF starts as EGUL where ESLO is 1 and EOFF 0",
    database: `record(ai, "egul20") { field(EGUL, "7") } record(ai, "eoff20") { field(EGUL, "7") field(EOFF, "2") }
      record(ai, "eslo20") { field(EGUL, "7") field(ESLO, "2") } record(ao, "ao20") { field(EGUL, "7") }`,
    checks: [get("egul20.EOFF", 7), get("eoff20.EOFF", 2), get("eslo20.EOFF", 0), get("ao20.EOFF", 7)],
  },
  {
    name: "21: SMOO takes the first sample as it is and mixes the others with the value before",
    database: `record(longin, "raw21") { field(VAL, "50") } record(ai, "smooth") { field(DTYP, "Raw Soft Channel") field(INP, "raw21") field(SMOO, "0.7") field(PREC, "3") }`,
    checks: [
      put("smooth.PROC", 1),
      get("smooth", 50),
      put("raw21", 62),
      put("smooth.PROC", 1),
      text("smooth", "53.600"),
      put("smooth.PROC", 1),
      text("smooth", "56.120"),
    ],
  },
  {
    name: "22: an alarm ends only when the value has left the limit by more than HYST; AFTC smooths it",
    database: `record(ao, "hyst") { field(HIGH, "10") field(HSV, "MINOR") field(HYST, "2") }
      record(ai, "filtered") { field(HIGH, "10") field(HSV, "MINOR") field(AFTC, "100") field(VAL, "0") field(PINI, "YES") }`,
    checks: [
      put("hyst", 10),
      ...alarm("hyst", "HIGH", "MINOR"),
      put("hyst", 9),
      ...alarm("hyst", "HIGH", "MINOR"),
      get("hyst.LALM", 10),
      put("hyst", 8),
      ...alarm("hyst", "HIGH", "MINOR"),
      put("hyst", 7.9),
      ...alarm("hyst", "NO_ALARM", "NO_ALARM"),
      get("hyst.LALM", 7.9),
      put("filtered", 20),
      put("filtered.PROC", 1),
      ...alarm("filtered", "NO_ALARM", "NO_ALARM"),
      put("filtered.AFTC", 0),
      put("filtered.PROC", 1),
      ...alarm("filtered", "HIGH", "MINOR"),
    ],
  },
  {
    name: "23: MDEL and ADEL are distances to be exceeded, -1 posts always, NaN and infinities count when they come or go",
    database: `record(ao, "mdel") { field(MDEL, "1") field(ADEL, "2") field(VAL, "0") field(PINI, "YES") field(HIHI, "1e9") }
      record(ao, "always") { field(MDEL, "-1") field(ADEL, "-1") field(VAL, "0") field(PINI, "YES") }
      record(ao, "change") { field(VAL, "0") field(PINI, "YES") }`,
    checks: [
      monitor("V", "mdel", VALUE),
      monitor("L", "mdel", LOG),
      ...[1, 1.5, 2, 3, "NaN", "NaN", "Inf", "Inf", "-Inf", 4].map((value) => put("mdel", value)),
      events(
        ["V", 1.5, 0],
        ["V", 3, 0],
        ["L", 3, 0],
        ["V", "NaN", 3],
        ["L", "NaN", 3],
        ["V", "Infinity", 0],
        ["L", "Infinity", 0],
        ["V", "-Infinity", 0],
        ["L", "-Infinity", 0],
        ["V", 4, 0],
        ["L", 4, 0],
      ),
      monitor("A", "always", VALUE | LOG),
      monitor("C", "change", VALUE | LOG),
      ...[0, 0, 1, 1].flatMap((value) => [put("always", value), put("change", value)]),
      events(["A", 0, 0], ["A", 0, 0], ["A", 1, 0], ["C", 1, 0], ["A", 1, 0]),
    ],
  },
  {
    name: "24: control limits are HOPR and LOPR of ai, DRVH and DRVL of ao, and of longout where they are a range; limits without severity are NaN",
    database: `record(ai, "ai24") { field(HOPR, "10") field(LOPR, "-10") field(HIHI, "8") field(HHSV, "MAJOR") field(LOLO, "-8") field(EGU, "mm") field(PREC, "2") }
      record(ao, "ao24") { field(HOPR, "10") field(LOPR, "-10") field(DRVH, "5") field(DRVL, "-5") field(HIGH, "4") field(HSV, "MINOR") }
      record(longout, "lo24") { field(HOPR, "10") field(LOPR, "-10") } record(longout, "lod24") { field(HOPR, "10") field(LOPR, "-10") field(DRVH, "5") field(DRVL, "-5") }`,
    checks: [
      [["control", "ai24"], { ...limits(10, 10, "NaN"), upperAlarm: 8, units: "mm", precision: 2 }],
      [["control", "ao24"], { ...limits(10, 5, "NaN"), upperWarning: 4, precision: 0 }],
      [["control", "lo24"], limits(10, 10, 0)],
      [["control", "lod24"], limits(10, 5, 0)],
      [["control", "lod24", "DOUBLE"], { ...limits(10, 5, "NaN"), precision: 0 }],
    ],
  },
  {
    name: "25: fields that are not the value have the range of their type as limits, and units only when they are DOUBLE",
    database: `record(ai, "ai25") { field(EGU, "mm") field(HOPR, "10") field(LOPR, "-10") }`,
    checks: [
      [["control", "ai25.SMOO"], { ...limits(1e300, 1e300, "NaN"), precision: 0 }],
      [
        ["control", "ai25.UTAG"],
        { ...limits(2 ** 64, 2 ** 64, "NaN"), lowerDisplay: 0, lowerControl: 0, precision: 0 },
      ],
      [["control", "ai25.PHAS"], { ...limits(32767, 32767, 0), lowerDisplay: -32768, lowerControl: -32768 }],
      [["control", "ai25.DISP"], { ...limits(255, 255, 0), lowerDisplay: 0, lowerControl: 0 }],
      [["control", "ai25.SIMS"], { states: ["NO_ALARM", "MINOR", "MAJOR", "INVALID"] }],
      [["control", "ai25.AOFF"], { ...limits(1e300, 1e300, "NaN"), precision: 0 }],
      [["control", "ai25.ESLO"], { ...limits(1e300, 1e300, "NaN"), units: "mm", precision: 0 }],
    ],
  },
  {
    name: "26: ao keeps VAL within the drive limits, ramps OVAL only with OROC, and rounds RVAL half away from zero",
    database: `record(ao, "limits") { field(DRVH, "5") field(DRVL, "-5") } record(ao, "ramp") { field(OROC, "2") }
      record(ao, "raw26") { field(DTYP, "Raw Soft Channel") field(LINR, "LINEAR") field(ESLO, "1") field(OUT, "rawt26") } record(longout, "rawt26") {}`,
    checks: [
      put("limits", 7),
      get("limits", 5),
      put("limits", -7),
      get("limits", -5),
      put("ramp", 5),
      get("ramp", 5),
      get("ramp.OVAL", 2),
      put("ramp.PROC", 1),
      get("ramp.OVAL", 4),
      put("ramp.PROC", 1),
      get("ramp.OVAL", 5),
      ...(
        [
          [2.5, 3],
          [-2.5, -3],
          [2.4, 2],
          [3e9, 2147483647],
          [-3e9, -2147483648],
        ] as const
      ).flatMap(([value, raw]) => [put("raw26", value), get("raw26.RVAL", raw), get("rawt26", raw)]),
    ],
  },
  {
    name: "27: OIF Incremental adds what DOL gives; a DOL that fails leaves the value and raises LINK",
    database: `record(ao, "inc") { field(OMSL, "closed_loop") field(DOL, "step27") field(OIF, "Incremental") } record(ai, "step27") { field(VAL, "3") }
      record(ao, "lost") { field(OMSL, "closed_loop") field(DOL, "nowhere27") field(VAL, "4") }`,
    checks: [
      put("inc.PROC", 1),
      get("inc", 3),
      put("inc.PROC", 1),
      get("inc", 6),
      put("lost.PROC", 1),
      get("lost", 4),
      ...alarm("lost", "LINK", "INVALID"),
      text("lost.AMSG", "field DOL"),
    ],
  },
  {
    name: "28: IVOA decides what an INVALID output writes; the forward link and the severity stay",
    database: `${["Continue normally", "Don't drive outputs", "Set output to IVOV"]
      .map(
        (ivoa, index) =>
          `record(ao, "ivoa${index}") { field(IVOA, "${ivoa}") field(IVOV, "9") field(DRVH, "8") field(HIGH, "1") field(HSV, "INVALID") field(OUT, "ivot${index}") field(FLNK, "ivoc${index}") }
           record(ao, "ivot${index}") {} record(calc, "ivoc${index}") { field(CALC, "VAL+1") }`,
      )
      .join("\n")}
      record(mbbo, "mbbo28") { field(ONVL, "1") field(ONST, "one") field(TWVL, "2") field(TWST, "two") field(TWSV, "INVALID") field(IVOA, "Set output to IVOV") field(IVOV, "1") field(OUT, "mbbot28") } record(longout, "mbbot28") {}`,
    checks: [
      ...(
        [
          [3, 3],
          [3, 0.5],
          // The drive limits keep IVOV too.
          [8, 8],
        ] as const
      ).flatMap(([value, written], index) => [
        put(`ivoa${index}`, 0.5),
        put(`ivoa${index}`, 3),
        get(`ivoa${index}`, value),
        get(`ivot${index}`, written),
        ...alarm(`ivoa${index}`, "HIGH", "INVALID"),
        get(`ivoc${index}`, 2),
      ]),
      put("mbbo28", "two"),
      get("mbbo28", 1),
      get("mbbot28", 1),
      ...alarm("mbbo28", "STATE", "INVALID"),
    ],
  },
  {
    name: "29: a double reads as text with PREC digits, rounded half up, in exponents where it is too large",
    database: `record(ao, "text29") {}`,
    checks: (
      [
        [0, 2.5, "3"],
        [0, 3.5, "4"],
        [0, -2.5, "-3"],
        [1, 0.25, "0.3"],
        [3, 123456.789, "123456.789"],
        [5, 12345678.123456, "12345678.123"],
        [3, 1e16, "10000000000000000.000"],
        [3, 1e17, " 1.000e+17"],
        [9, 1.5, " 1.500000000e+00"],
        [8, 1.5, "1.50000000"],
        [15, 3.14, " 3.140000000000000e+00"],
      ] as const
    ).flatMap(([precision, value, shown]) => [
      put("text29.PREC", precision),
      put("text29", value),
      text("text29", shown),
    ]),
  },
];

testBehaviours("analog records", BEHAVIOURS);
