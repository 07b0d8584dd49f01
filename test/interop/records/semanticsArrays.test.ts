import {
  ALARM,
  alarm,
  type Behaviour,
  events,
  get,
  LOG,
  monitor,
  put,
  refused,
  testBehaviours,
  text,
  VALUE,
} from "./behaviour.js";

const BEHAVIOURS: readonly Behaviour[] = [
  {
    name: "48: a waveform holds as many elements as were put and posts NORD; NELM is 1 at first",
    database: `record(waveform, "wf48") { field(FTVL, "DOUBLE") field(NELM, "5") } record(waveform, "one48") {}`,
    checks: [
      get("one48.NELM", 1),
      get("wf48.NORD", 0),
      get("wf48", []),
      monitor("NORD", "wf48.NORD", VALUE | LOG | ALARM),
      put("wf48", [1, 2, 3]),
      get("wf48.NORD", 3),
      get("wf48", [1, 2, 3]),
      events(["NORD", 3, 3]),
      put("wf48", 9),
      get("wf48", [9]),
      events(["NORD", 1, 0]),
    ],
  },
  {
    name: "49: a get of no particular count gives NORD elements, one of a count more is filled with zeros",
    database: `record(waveform, "wf49") { field(FTVL, "LONG") field(NELM, "5") }`,
    checks: [
      put("wf49", [1, 2]),
      [
        ["get", "wf49", "LONG", 0],
        [1, 2],
      ],
      [
        ["get", "wf49", "LONG", 4],
        [1, 2, 0, 0],
      ],
      [["get", "wf49", "LONG", 1], [1]],
      [
        ["shape", "wf49"],
        ["LONG", 5],
      ],
    ],
  },
  {
    name: "50: no elements through a link are a LINK alarm of a scalar, and make a waveform empty",
    database: `record(waveform, "empty50") { field(FTVL, "DOUBLE") field(NELM, "3") }
      record(ai, "in50") { field(INP, "empty50") field(VAL, "4") } record(waveform, "wf50") { field(FTVL, "DOUBLE") field(NELM, "3") field(INP, "empty50") }`,
    checks: [
      refused("in50.PROC", 1),
      ...alarm("in50", "LINK", "INVALID"),
      get("in50", 4),
      put("wf50", [1, 2]),
      put("wf50.PROC", 1),
      get("wf50.NORD", 0),
    ],
  },
  {
    name: "51: subArray takes NELM elements from INDX; where there is none it is empty and undefined",
    database: `record(waveform, "wf51") { field(FTVL, "DOUBLE") field(NELM, "12") } record(subArray, "sub51") { field(INP, "wf51") field(FTVL, "DOUBLE") field(MALM, "12") field(NELM, "10") field(INDX, "2") }`,
    checks: [
      put("wf51", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
      put("sub51.PROC", 1),
      get("sub51", [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
      put("sub51.NELM", 3),
      put("sub51.INDX", 3),
      put("sub51.PROC", 1),
      get("sub51", [4, 5, 6]),
      put("wf51", [1, 2]),
      put("sub51.PROC", 1),
      get("sub51.NORD", 0),
      get("sub51.UDF", 1),
      ...alarm("sub51", "UDF", "INVALID"),
    ],
  },
  {
    name: "52: compress is a ring of either order or makes one value of N; the forward link runs when there is a value",
    database: `record(ao, "in52") {} ${[
      ["fifo", "Circular Buffer", "FIFO Buffer"],
      ["lifo", "Circular Buffer", "LIFO Buffer"],
      ["low", "N to 1 Low Value", "FIFO Buffer"],
      ["high", "N to 1 High Value", "FIFO Buffer"],
      ["mean", "N to 1 Average", "FIFO Buffer"],
      ["median", "N to 1 Median", "FIFO Buffer"],
    ]
      .map(
        ([name, alg, balg]) =>
          `record(compress, "${name}52") { field(INP, "in52") field(ALG, "${alg}") field(BALG, "${balg}") field(NSAM, "4") field(N, "4") field(FLNK, "f${name}52") } record(calc, "f${name}52") { field(CALC, "VAL+1") }`,
      )
      .join("\n")}`,
    checks: [
      ...[1.5, 2.5, 3.5, 4.5, 5.5].flatMap((value) => [
        put("in52", value),
        ...["fifo", "lifo", "low", "high", "mean", "median"].map((name) => put(`${name}52.PROC`, 1)),
      ]),
      get("fifo52", [2.5, 3.5, 4.5, 5.5]),
      get("lifo52", [5.5, 4.5, 3.5, 2.5]),
      get("ffifo52", 5),
      get("low52", [1.5]),
      get("high52", [4.5]),
      get("mean52", [3]),
      get("median52", [3]),
      get("fmean52", 1),
      put("mean52.PBUF", "YES"),
      put("mean52.PROC", 1),
      get("mean52", [5.5]),
      put("fifo52.RES", 1),
      get("fifo52", []),
      put("fifo52.ILIL", 2),
      put("fifo52.IHIL", 5),
      put("fifo52.PROC", 1),
      // ILIL and IHIL are for the algorithms of N to 1.
      get("fifo52.NUSE", 1),
    ],
  },
  {
    name: "53: histogram counts values from LLIM to below ULIM; a value on an inner edge belongs to the lower bin",
    database: `record(histogram, "hist") { field(NELM, "4") field(LLIM, "0") field(ULIM, "4") } record(histogram, "wrong53") { field(LLIM, "4") field(ULIM, "0") }`,
    checks: [
      ...[0, 0.5, 1, 2, 3.5, 4, -1].map((value) => put("hist.SGNL", value)),
      get("hist", [3, 1, 0, 1]),
      put("hist.CMD", "Clear"),
      get("hist", [0, 0, 0, 0]),
      put("hist.CMD", "Stop"),
      put("hist.SGNL", 1.5),
      get("hist", [0, 0, 0, 0]),
      put("hist.CMD", "Start"),
      put("hist.SGNL", 1.5),
      get("hist", [0, 1, 0, 0]),
      put("wrong53.SGNL", 1),
      ...alarm("wrong53", "SOFT", "INVALID"),
    ],
  },
  {
    name: "54: lsi and lso hold SIZV bytes; VAL$ is the text in characters, as a string it is cut to 39",
    database: `record(lsi, "lsi54") {} record(lso, "lso54") { field(SIZV, "60") } record(lso, "tiny54") { field(SIZV, "4") } record(lso, "huge54") { field(SIZV, "40000") }`,
    checks: [
      get("lsi54.SIZV", 41),
      get("tiny54.SIZV", 16),
      get("huge54.SIZV", 32767),
      [
        ["shape", "lso54.VAL$"],
        ["CHAR", 60],
      ],
      [
        ["shape", "lso54"],
        ["STRING", 1],
      ],
      [
        [
          "put",
          "lso54.VAL$",
          [...Array.from("0123456789012345678901234567890123456789ABC", (one) => one.charCodeAt(0)), 0],
          "CHAR",
        ],
      ],
      text("lso54", "012345678901234567890123456789012345678"),
      get("lso54.LEN", 44),
      [
        ["get", "lso54.VAL$", "CHAR", 0],
        [...Array.from("0123456789012345678901234567890123456789ABC", (one) => one.charCodeAt(0)), 0],
      ],
    ],
  },
  {
    name: "55: printf formats its links, takes two for %*d, shows a format it does not know, and IVLS for a bad link",
    database: `record(ao, "n55") { field(VAL, "42.5") } record(stringin, "s55") { field(VAL, "text") } record(lso, "l55") {} record(longout, "w55") { field(VAL, "6") }
      record(printf, "p55") { field(SIZV, "100") field(INP0, "n55") field(INP1, "s55") field(INP2, "w55") field(INP3, "n55") field(INP4, "nowhere55") field(IVLS, "BAD") }`,
    checks: [
      put("p55.FMT", "%.1f|%s|%*d"),
      text("p55", "42.5|text|    42"),
      put("p55.FMT", "%d %q %%"),
      text("p55", "42 %q %"),
      put("p55.FMT", "%d%s%d%d%d"),
      text("p55", "42text642BAD"),
      ...alarm("p55", "LINK", "INVALID"),
    ],
  },
  {
    name: "56: aao reads an array through DOL in closed loop; MPST and APST On Change look at the content",
    database: `record(waveform, "src56") { field(FTVL, "DOUBLE") field(NELM, "3") } record(aao, "aao56") { field(FTVL, "DOUBLE") field(NELM, "3") field(OMSL, "closed_loop") field(DOL, "src56") field(MPST, "On Change") field(APST, "On Change") }`,
    checks: [
      monitor("V", "aao56", VALUE),
      monitor("L", "aao56", LOG),
      put("src56", [1, 2]),
      put("aao56.PROC", 1),
      get("aao56", [1, 2]),
      events(["V", 1, 0], ["L", 1, 0]),
      put("aao56.PROC", 1),
      events(),
      put("src56", [1, 3]),
      put("aao56.PROC", 1),
      events(["V", 1, 0], ["L", 1, 0]),
    ],
  },
  {
    name: "57: [s:i:e] takes elements, negative indices count from the end, a start behind the end gives none",
    database: `record(waveform, "wf57") { field(FTVL, "DOUBLE") field(NELM, "10") }`,
    checks: [
      put("wf57", [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]),
      get("wf57.VAL[3:5]", [13, 14, 15]),
      get("wf57.VAL[3:2:-3]", [13, 15, 17]),
    ],
  },
];

testBehaviours("arrays and strings", BEHAVIOURS);
