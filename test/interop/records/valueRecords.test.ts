import { type Case, observed, testCases } from "./cases.js";
import { KNOWN } from "./knownDifferences.js";

const CASES: readonly Case[] = [
  {
    name: "ao: drive limits, alarm limits, hysteresis",
    database: `record(ao, "ao") { field(DRVH, "10") field(DRVL, "-10") field(HIHI, "9") field(HHSV, "MAJOR")
      field(HIGH, "5") field(HSV, "MINOR") field(LOLO, "-9") field(LLSV, "MAJOR") field(LOW, "-5") field(LSV, "MINOR")
      field(HYST, "1") field(PREC, "2") }`,
    look: observed("ao", "OVAL", "RVAL", "LALM"),
    puts: [
      "3",
      "5",
      "4.5",
      "3.9",
      "9",
      "8.5",
      "7",
      "12",
      "-12",
      "-8.5",
      "0",
      "abc",
      "1.5abc",
      "",
      "0x10",
      "nan",
      "1",
    ].map((value) => ["ao", value] as const),
  },
  {
    name: "ao: rate of change, conversion",
    database: `record(ao, "oroc") { field(OROC, "2") field(LINR, "SLOPE") field(ESLO, "0.5") field(EOFF, "1")
      field(PREC, "3") }`,
    look: observed("oroc", "OVAL", "RVAL", "OMOD"),
    puts: [
      ["oroc", "5"],
      ["oroc.PROC", "1"],
      ["oroc.PROC", "1"],
      ["oroc", "-3"],
      ["oroc.PROC", "1"],
    ],
  },
  {
    name: "ao: incremental, closed loop",
    database: `record(ao, "step") { field(VAL, "2") field(PINI, "YES") }
      record(ao, "inc") { field(DOL, "step") field(OMSL, "closed_loop") field(OIF, "Incremental") }`,
    look: observed("inc", "OVAL"),
    puts: [
      ["inc.PROC", "1"],
      ["inc.PROC", "1"],
      ["inc", "17"],
      ["step", "5"],
      ["inc.PROC", "1"],
    ],
  },
  {
    name: "ao: what an invalid output writes",
    database: `record(ao, "ivoa") { field(DOL, "ivoasrc MS") field(OMSL, "closed_loop") field(OUT, "ivoadst PP")
      field(IVOV, "99") field(FLNK, "ivoaflnk") }
      record(calc, "ivoasrc") { field(CALC, "A") field(HIGH, "5") field(HSV, "INVALID") }
      record(ao, "ivoadst") {} record(calc, "ivoaflnk") { field(CALC, "VAL+1") }`,
    look: [...observed("ivoa"), ...observed("ivoadst"), ["get", "ivoaflnk"]],
    puts: [
      ["ivoasrc.A", "1"],
      ["ivoa.PROC", "1"],
      ["ivoasrc.A", "7"],
      ["ivoa.PROC", "1"],
      ["ivoa.IVOA", "Don't drive outputs"],
      ["ivoa.PROC", "1"],
      ["ivoa.IVOA", "2"],
      ["ivoa.PROC", "1"],
    ],
  },
  {
    name: "ai: raw conversion, smoothing",
    database: `record(ai, "raw") { field(DTYP, "Raw Soft Channel") field(INP, "rawsrc") field(ROFF, "10")
      field(ASLO, "2") field(AOFF, "4") field(LINR, "LINEAR") field(ESLO, "3") field(EOFF, "2") field(SMOO, "0.7") }
      record(longout, "rawsrc") { field(FLNK, "raw") }`,
    look: observed("raw", "RVAL"),
    puts: [
      ["rawsrc", "9"],
      ["rawsrc", "12"],
      ["rawsrc", "12"],
    ],
  },
  {
    name: "ai: soft channel, no input, NaN",
    database: `record(ai, "noinp") {} record(ai, "const") { field(INP, "3.25") field(PREC, "2") }
      record(ai, "far") { field(INP, "nosuchrecord") }`,
    look: [...observed("noinp"), ...observed("const"), ...observed("far")],
    puts: [
      ["noinp.PROC", "1"],
      ["const.PROC", "1"],
      ["far.PROC", "1"],
      ["noinp", "nan"],
      ["noinp", "inf"],
      ["const", "4"],
    ],
  },
  {
    name: "longout, longin: conversion and limits",
    database: `record(longout, "lo") { field(HIGH, "10") field(HSV, "MINOR") field(HYST, "2") field(OUT, "li.VAL PP")
      field(FLNK, "li2") } record(longin, "li") {} record(longin, "li2") { field(INP, "li") }`,
    look: [...observed("lo"), ...observed("li"), ...observed("li2")],
    puts: ["5", "10", "9", "8", "7", "12.7", "3000000000", "0x1F", "017", "abc", "-5"].map(
      (value) => ["lo", value] as const,
    ),
  },
  {
    name: "longout: OOPT",
    database: `record(longout, "oopt") { field(OUT, "ooptn.PROC") field(OOPT, "On Change") }
      record(calc, "ooptn") { field(CALC, "VAL+1") }`,
    look: [
      ["get", "oopt"],
      ["get", "ooptn"],
    ],
    puts: [
      ["oopt", "1"],
      ["oopt", "1"],
      ["oopt", "2"],
      ["oopt.OOPT", "When Zero"],
      ["oopt", "3"],
      ["oopt", "0"],
      ["oopt.OOPT", "Transition To Non-zero"],
      ["oopt", "0"],
      ["oopt", "1"],
      ["oopt", "2"],
    ],
  },
  {
    name: "bo, bi: states and their alarms",
    database: `record(bo, "bo") { field(ZNAM, "Off") field(ONAM, "On") field(OSV, "MINOR") field(COSV, "MAJOR")
      field(OUT, "bi PP") } record(bi, "bi") { field(ZNAM, "Zero") field(ONAM, "One") field(ZSV, "MAJOR") }
      record(bo, "bodol") { field(DOL, "2") } record(bi, "biraw") { field(DTYP, "Raw Soft Channel") field(INP, "biin") }
      record(longout, "biin") { field(FLNK, "biraw") }`,
    look: [
      ...observed("bo", "RVAL"),
      ...observed("bi", "RVAL"),
      ...observed("bodol"),
      ...observed("biraw", "RVAL"),
    ],
    puts: [
      ["bo", "On"],
      ["bo", "On"],
      ["bo", "Off"],
      ["bo", "1"],
      ["bo", "5"],
      ["bo", "0"],
      ["bo", "Nonsense"],
      ["bi", "One"],
      ["bi", "7"],
      ["biin", "4"],
      ["biin", "0"],
      ["bo.ZNAM", "Aus"],
      ["bo", "Aus"],
      ["bo", ""],
    ],
  },
  {
    name: "mbbo, mbbi: states, gaps, unknown states",
    database: `record(mbbo, "mbbo") { field(ZRVL, "1") field(ZRST, "X") field(ONVL, "2") field(ONST, "Y")
      field(THVL, "8") field(THST, "Z") field(THSV, "MAJOR") field(COSV, "MINOR") field(UNSV, "MINOR") field(SHFT, "1") }
      record(mbbo, "none") {} record(mbbi, "mbbi") { field(DTYP, "Raw Soft Channel") field(INP, "mbbo.RVAL CP")
      field(SHFT, "1") field(ZRVL, "1") field(ONVL, "2") field(ZRST, "a") field(ONST, "b") field(UNSV, "MAJOR") }
      record(mbbi, "soft") { field(ZRST, "a") field(ONST, "b") }`,
    look: [
      ...observed("mbbo", "RVAL", "SDEF"),
      ...observed("none", "RVAL"),
      ...observed("mbbi", "RVAL"),
      ...observed("soft"),
      ["type", "mbbo"],
      ["type", "none"],
      ["type", "mbbi"],
    ],
    puts: [
      ["mbbo", "Y"],
      "settle",
      ["mbbo", "X"],
      "settle",
      ["mbbo", "3"],
      "settle",
      ["mbbo", "2"],
      "settle",
      ["mbbo", "Z"],
      "settle",
      ["mbbo", "4"],
      "settle",
      ["mbbo", "17"],
      "settle",
      ["mbbo", "0"],
      "settle",
      ["none", "5"],
      "settle",
      ["none", "Hello"],
      "settle",
      ["soft", "b"],
      "settle",
      ["soft", "15"],
      "settle",
      ["soft", "16"],
      "settle",
      ["mbbo.TWST", "New"],
      "settle",
      ["mbbo", "New"],
      "settle",
    ],
  },
  {
    name: "stringout, stringin: length, links from numbers and enums",
    database: `record(stringout, "so") { field(OUT, "si PP") } record(stringin, "si") {}
      record(stringin, "fromao") { field(INP, "soao CP") } record(ao, "soao") { field(PREC, "2") field(VAL, "1.5") field(PINI, "YES") }
      record(stringin, "fromenum") { field(INP, "sobo CP") } record(bo, "sobo") { field(ZNAM, "No") field(ONAM, "Yes") }
      record(ao, "toao") {} record(stringout, "tonum") { field(OUT, "toao PP") }
      record(stringin, "const") { field(INP, {const: "text"}) }`,
    look: [
      ...observed("so"),
      ...observed("si"),
      ...observed("fromao"),
      ...observed("fromenum"),
      ...observed("toao"),
      ...observed("const"),
    ],
    puts: [
      ["so", "hello"],
      ["so", "0123456789012345678901234567890123456789xyz"],
      ["so", ""],
      "settle",
      ["soao", "3.14159"],
      "settle",
      ["sobo", "Yes"],
      "settle",
      ["tonum", "2.5"],
      ["tonum", "abc"],
    ],
  },
  {
    name: "calc: expressions, failing inputs, NaN",
    database: `record(calc, "calc") { field(INPA, "5") field(CALC, "A*2+B") field(HIGH, "20") field(HSV, "MINOR") }
      record(calc, "bad") { field(INPA, "nosuch") field(CALC, "A+1") field(VAL, "7") }
      record(calc, "ms") { field(INPA, "calc MS") field(CALC, "A") } record(calc, "msi") { field(INPA, "calc MSI") field(CALC, "A") }
      record(calc, "mss") { field(INPA, "calc MSS") field(CALC, "A") }`,
    look: [
      ...observed("calc", "A", "B"),
      ...observed("bad"),
      ...observed("ms"),
      ...observed("msi"),
      ...observed("mss"),
    ],
    puts: [
      ["calc.PROC", "1"],
      ["calc.B", "3"],
      ["calc.B", "11"],
      ["ms.PROC", "1"],
      ["mss.PROC", "1"],
      ["msi.PROC", "1"],
      ["bad.PROC", "1"],
      ["calc.CALC", "A+"],
      ["calc.CALC", "0/0"],
      ["calc.CALC", "B:=2;A+B"],
      ["calc.CALC", "1/0"],
      ["calc.HSV", "INVALID"],
      ["calc.PROC", "1"],
      ["msi.PROC", "1"],
      ["ms.PROC", "1"],
      ["mss.PROC", "1"],
    ],
  },
  {
    name: "calcout: output options, OCAL, delay",
    database: `record(calcout, "co") { field(INPA, "1") field(CALC, "A") field(OUT, "cot PP") field(OOPT, "On Change") field(MDEL, "2") }
      record(calc, "cot") { field(CALC, "VAL+1") }
      record(calcout, "ocal") { field(CALC, "A") field(OCAL, "A*10") field(DOPT, "Use OCAL") field(OUT, "ocalt PP") } record(ao, "ocalt") {}
      record(calcout, "self") { field(INPA, "self.VAL NPP") field(CALC, "A+1") }
      record(calcout, "later") { field(CALC, "A") field(ODLY, "0.1") field(OUT, "latert PP") } record(ao, "latert") {}`,
    look: [
      ...observed("co", "OVAL", "INAV", "OUTV", "INBV"),
      ["get", "cot.VAL"],
      ...observed("ocal", "OVAL", "CLCV", "OCLV"),
      ["get", "ocalt"],
      ["get", "self"],
      ["get", "self.INAV"],
      ...observed("later", "DLYA", "PACT"),
      ["get", "latert"],
    ],
    puts: [
      ["co.PROC", "1"],
      ["co.A", "2"],
      ["co.PROC", "1"],
      ["co.A", "5"],
      ["co.A", "5"],
      ["ocal.A", "4"],
      ["ocal.OCAL", "A*"],
      ["ocal.PROC", "1"],
      ["ocal.OCAL", "B"],
      ["self.PROC", "1"],
      ["self.PROC", "1"],
      ["later.A", "3"],
      "settle",
      ["co.INPB", "ocal.VAL"],
      ["co.PROC", "1"],
      ["co.INPB", "3"],
      ["co.PROC", "1"],
    ],
  },
  {
    name: "waveform: number of elements, element types",
    database: `record(waveform, "wf") { field(FTVL, "DOUBLE") field(NELM, "4") }
      record(waveform, "one") { field(FTVL, "LONG") } record(waveform, "chars") { field(FTVL, "UCHAR") field(NELM, "16") }
      record(waveform, "const") { field(FTVL, "SHORT") field(NELM, "5") field(INP, [1, 2, 3]) }
      record(waveform, "strings") { field(FTVL, "STRING") field(NELM, "3") }
      record(waveform, "copy") { field(FTVL, "LONG") field(NELM, "2") field(INP, "const") }`,
    look: [
      ...observed("wf", "NORD"),
      ...observed("one", "NORD"),
      ...observed("const", "NORD"),
      ...observed("copy", "NORD"),
      ["get", "strings"],
      ["get", "strings.NORD"],
      ["type", "wf"],
      ["type", "one"],
      ["type", "chars"],
      ["type", "const"],
      ["type", "strings"],
    ],
    puts: [
      ["wf", "2.5"],
      ["one", "7"],
      ["one", "x"],
      ["strings", "text"],
      ["copy.PROC", "1"],
      ["wf.PROC", "1"],
    ],
  },
];

testCases(CASES, KNOWN);
