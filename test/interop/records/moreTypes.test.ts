import { type Case, observed, testCases } from "./cases.js";
import type { Step } from "./reference.js";

const puts = (pv: string, ...values: string[]) => values.map((value) => [pv, value] as const);
const gets = (...pvs: string[]): Step[] => pvs.map((pv): Step => ["get", pv]);
const compressed = (record: string): Step[] => [
  ...observed(record, "NUSE", "OUSE", "OFF", "INX", "CVB", "INPN", "N"),
  ["type", record],
];

const CASES: readonly Case[] = [
  {
    name: "permissive",
    database: `record(permissive, "perm") { field(FLNK, "next") } record(calc, "next") { field(CALC, "VAL+1") }`,
    look: [...observed("perm", "OVAL", "WFLG", "OFLG"), ...gets("next")],
    puts: [...puts("perm", "1", "1", "70000"), ...puts("perm.WFLG", "1", "0"), ["perm.PROC", "1"]],
  },
  {
    name: "state",
    database: `record(state, "state") { }`,
    look: observed("state", "OVAL"),
    puts: [...puts("state", "idle", "a text that is longer than twenty bytes"), ["state.PROC", "1"]],
  },
  {
    name: "compress: scalars",
    database: [
      "N to 1 Low Value",
      "N to 1 High Value",
      "N to 1 Average",
      "N to 1 Median",
      "Circular Buffer",
      "Average",
    ]
      .map(
        (algorithm, index) => `record(compress, "c${index}") { field(INP, "in") field(NSAM, "3") field(N, "2")
        field(ALG, "${algorithm}") ${index === 5 ? "" : `field(FLNK, "c${index + 1}")`} }`,
      )
      .concat(`record(ao, "in") { field(FLNK, "c0") }`)
      .join("\n"),
    look: [0, 1, 2, 3, 4, 5].flatMap((index) => compressed(`c${index}`)),
    puts: [
      ...puts("in", "3", "1", "4", "1", "5", "9", "2", "6"),
      ["c0.RES", "1"],
      ["c1.N", "3"],
      ["in", "7"],
      ["c2.PBUF", "YES"],
      ["in", "5"],
      ["in", "3"],
    ],
  },
  {
    name: "compress: arrays",
    database: [
      "N to 1 Low Value",
      "N to 1 High Value",
      "N to 1 Average",
      "N to 1 Median",
      "Circular Buffer",
      "Average",
    ]
      .map(
        (
          algorithm,
          index,
        ) => `record(compress, "a${index}") { field(INP, "wf NPP") field(NSAM, "4") field(N, "3")
        field(ALG, "${algorithm}") field(ILIL, "2") field(IHIL, "8") field(BALG, "${index % 2 === 0 ? "LIFO Buffer" : "FIFO Buffer"}") }
        record(subArray, "s${index}") { field(FTVL, "DOUBLE") field(MALM, "4") field(NELM, "4") field(INDX, "1") field(INP, "a${index} PP") }`,
      )
      .concat(
        `record(waveform, "wf") { field(FTVL, "DOUBLE") field(NELM, "8") field(INP, [9,1,3,5,4,6,8,7]) }`,
      )
      .join("\n"),
    look: [0, 1, 2, 3, 4, 5].flatMap((index) => [
      ...compressed(`a${index}`),
      ...gets(`s${index}`, `s${index}.NORD`),
    ]),
    puts: [
      ...[0, 1, 2, 3, 4, 5].flatMap((index) => puts(`s${index}.PROC`, "1", "1", "1")),
      ["a2.PBUF", "YES"],
      ["s2.PROC", "1"],
    ],
  },
  {
    name: "compress: puts, no input",
    database: `record(compress, "fifo") { field(NSAM, "3") field(ALG, "Circular Buffer") } record(compress, "lifo") { field(NSAM, "3") field(BALG, "LIFO Buffer") }
      record(compress, "none") { field(INP, "nowhere") }`,
    look: ["fifo", "lifo", "none"].flatMap(compressed),
    puts: [...puts("fifo", "1", "2", "3", "4"), ["lifo", "5"], ["none.PROC", "1"], ["fifo.PROC", "1"]],
  },
  {
    name: "histogram: signal, commands, limits",
    database: `record(histogram, "h") { field(NELM, "4") field(LLIM, "0") field(ULIM, "8") field(SVL, "sig") field(MDEL, "1") }
      record(ao, "sig") { field(FLNK, "h") }
      record(subArray, "bins") { field(FTVL, "ULONG") field(INP, "h") field(MALM, "4") field(NELM, "1") }
      record(histogram, "bad") { field(NELM, "2") field(SVL, "3") } record(histogram, "far") { field(ULIM, "2") field(SVL, "nowhere") }`,
    look: [
      ...observed("h", "MCNT", "CSTA", "CMD", "WDTH", "SGNL"),
      ...gets("bins"),
      ...observed("bad", "SGNL"),
      ...observed("far"),
      ["type", "h"],
    ],
    puts: [
      ...puts("sig", "1", "0", "2", "2.1", "8", "-1", "7.9"),
      ...[0, 1, 2, 3].map((index) => ["bins.INDX", String(index)] as const),
      ["h.CMD", "Stop"],
      ["sig", "1"],
      ["h.CMD", "Start"],
      ["h.SGNL", "1"],
      ["h.CMD", "Clear"],
      ["bins.INDX", "0"],
      ["h.ULIM", "4"],
      ["sig", "3"],
      ["h", "17"],
      ["bins.PROC", "1"],
      ["h.SIMM", "YES"],
      ["h.PROC", "1"],
      ["bad.PROC", "1"],
      ["far.PROC", "1"],
    ],
  },
  {
    name: "sub: a function of numbers",
    database: `record(sub, "sum") { field(SNAM, "add") field(INPA, "3") field(INPB, "b") field(HIGH, "10") field(HSV, "MINOR") field(BRSV, "MAJOR") field(PREC, "2") }
      record(ao, "b") { field(FLNK, "sum") } record(sub, "empty") {} record(sub, "unknown") { field(SNAM, "nothing") } record(sub, "begun") { field(INAM, "add") field(SNAM, "add") field(INPA, "4") }
      record(sub, "noinit") { field(INAM, "nothing") field(SNAM, "add") } record(sub, "far") { field(SNAM, "add") field(INPA, "nowhere") field(INPB, "5") }`,
    look: [
      ...observed("sum", "A", "B", "LB", "LALM", "MLST"),
      ...["empty", "unknown", "begun", "noinit", "far"].flatMap((record) => [
        ...observed(record),
        ...gets(`${record}.PACT`, `${record}.SNAM`),
      ]),
    ],
    puts: [
      ...puts("b", "1", "8", "2"),
      ["sum.C", "-1"],
      ["sum.C", "2"],
      ["sum.C", "0"],
      ["b", "nan"],
      ...["empty", "unknown", "begun", "noinit", "far"].map((record) => [`${record}.PROC`, "1"] as const),
      ["unknown.SNAM", "add"],
      ["unknown.A", "2"],
      ["empty.SNAM", "add"],
      ["empty.B", "9"],
      ["empty.SNAM", ""],
      ["empty.PROC", "1"],
      ["unknown.SNAM", "nowhere"],
      ["unknown.PROC", "1"],
    ],
  },
  {
    name: "aSub: a function of arrays",
    database: `record(aSub, "twice") { field(SNAM, "double") field(FTA, "DOUBLE") field(NOA, "3") field(INPA, "src") field(NOVA, "3") field(OUTA, "dst PP") field(BRSV, "MINOR") field(PREC, "1") }
      record(waveform, "src") { field(FTVL, "LONG") field(NELM, "3") field(INP, [1, 2, 3]) } record(waveform, "dst") { field(FTVL, "DOUBLE") field(NELM, "5") }
      record(subArray, "part") { field(FTVL, "DOUBLE") field(INP, "dst") field(MALM, "5") field(NELM, "1") field(INDX, "2") }
      record(aSub, "none") { } record(aSub, "unknown") { field(SNAM, "nothing") field(OUTA, "copy") field(NOA, "2") field(INPA, [5, 6]) } record(ao, "copy") { field(VAL, "9") }
      record(aSub, "read") { field(LFLG, "READ") field(SUBL, "which") field(NOA, "3") field(NOVA, "3") } record(stringout, "which") { field(VAL, "double") }`,
    look: [
      ...observed("twice", "VALA", "NEA", "NEVA", "ONVA", "OVAL", "A"),
      ...gets("dst", "dst.NORD", "part", "copy"),
      ...["none", "unknown", "read"].flatMap((record) =>
        observed(record, "SNAM", "ONAM", "NEA", "NEVA", "VALA"),
      ),
      ["type", "twice.A"],
      ["type", "twice.VALA"],
    ],
    puts: [
      ["twice.PROC", "1"],
      ["part.PROC", "1"],
      ["twice.B", "-3"],
      ["twice.PROC", "1"],
      ["twice.B", "2"],
      ["twice.PROC", "1"],
      ...["none", "unknown", "read"].map((record) => [`${record}.PROC`, "1"] as const),
      ["read.A", "4"],
      ["read.PROC", "1"],
      ["which", "nothing"],
      ["read.PROC", "1"],
      ["unknown.SNAM", "double"],
      ["unknown.PROC", "1"],
      ["none.SNAM", "nothing"],
      ["none.PROC", "1"],
    ],
  },
  {
    name: "printf: directives",
    database: `record(printf, "p") { field(SIZV, "30") field(INP0, "num") field(INP1, "txt") field(INP2, "12") field(INP3, "long.VAL$") field(INP4, "-5") field(OUT, "out PP") }
      record(ao, "num") { field(VAL, "3.14159") field(PREC, "2") } record(stringout, "txt") { field(VAL, "beam") } record(lso, "long") { field(SIZV, "60") field(DOL, {const: "a text that is longer than a string of EPICS"}) }
      record(stringin, "out") { } record(printf, "far") { field(INP0, "nowhere") field(FMT, "is %d") } record(printf, "out10") { field(FMT, "%d%d%d%d%d%d%d%d%d%d%d") field(INP9, "1") }`,
    look: [...observed("p", "LEN"), ...gets("out"), ...observed("far"), ...gets("out10"), ["type", "p"]],
    puts: puts(
      "p.FMT",
      ..."%d|%5d|%-5d|%05d|%+d|%x|%#x|%o|%hd|%hhd|%lld|%lu|%c|%e|%.3e|%g|%10.4f|%-10.4f|%+.1f|%010.2f|%G|%hf|% f|%s|%s and %s|%s %ls|%s%s%s%.5ls|%.2f %s|%*d|%.*f %s|%s %-8s!|100%%|%q|%|%5%|%s %s %s %s|%f %s %i %.3ls %hhu|%8s|%.2s|%hhhd|%s%s%s%60ls|plain".split(
        "|",
      ),
    ),
  },
  {
    name: "printf: size, inputs that fail",
    database: `record(printf, "q") { field(FMT, "%s") field(INP0, "nowhere") field(IVLS, "?") field(SIZV, "4") } record(printf, "q2") { field(FMT, "%s-%d") field(INP0, "txt2 MS") field(INP1, "x") }
      record(stringout, "txt2") { field(VAL, "q") }`,
    look: [...observed("q", "LEN", "SIZV"), ...observed("q2", "LEN")],
    puts: [
      ["q.PROC", "1"],
      ["q.FMT", "a text that does not fit"],
      ["q2.PROC", "1"],
      ["q2.IVLS", "none"],
      ["q2.PROC", "1"],
    ],
  },
];

/** Base's dbPutField answers with the status of processing; the value was taken. */
const processingFails =
  /^put (sum\.C|far\.PROC|b|unknown\.PROC|q2?\.\w+|p\.FMT|none\.PROC) .*: Base false, ours true$/;

testCases(CASES, [
  { line: processingFails, reason: "Base answers a put with the status of processing; the value was taken" },
]);
