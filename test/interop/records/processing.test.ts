import { type Case, observed, testCases } from "./cases.js";
import { KNOWN } from "./knownDifferences.js";
import type { Step } from "./reference.js";

const CASES: readonly Case[] = [
  {
    name: "disable: DISP, SDIS, DISV, PROC, passive processing",
    database: `record(ao, "dis") { field(SDIS, "sdis") field(DISS, "MINOR") field(FLNK, "discount") } record(bo, "sdis") {}
      record(calc, "discount") { field(CALC, "VAL+1") } record(ao, "disp") {}
      record(ao, "scanned") { field(SCAN, "10 second") }`,
    look: [
      ...observed("dis", "DISA", "PUTF", "RPRO"),
      ["get", "discount"],
      ...observed("disp"),
      ...observed("scanned"),
    ],
    puts: [
      ["dis", "1"],
      ["sdis", "1"],
      ["dis", "2"],
      ["dis", "3"],
      ["sdis", "0"],
      ["dis", "4"],
      ["disp.DISP", "1"],
      ["disp", "5"],
      ["disp.DISP", "0"],
      ["disp", "6"],
      ["scanned", "7"],
      ["scanned.PROC", "1"],
      ["dis.DISV", "0"],
      ["dis.PROC", "1"],
    ],
  },
  {
    name: "fields that cannot be written, menus, links",
    database: `record(ao, "f") { field(DESC, "text") }`,
    look: [
      ...observed(
        "f",
        "NAME",
        "SCAN",
        "PINI",
        "PHAS",
        "DESC",
        "FLNK",
        "OUT",
        "PREC",
        "DISS",
        "TSE",
        "DTYP",
        "ACKT",
        "ACKS",
        "ASG",
      ),
    ],
    puts: [
      ["f.NAME", "other"],
      ["f.STAT", "READ"],
      ["f.SCAN", "1 second"],
      ["f.SCAN", "9"],
      ["f.SCAN", "10"],
      ["f.SCAN", "Sometimes"],
      ["f.SCAN", "Passive"],
      ["f.PINI", "RUNNING"],
      ["f.PHAS", "3"],
      ["f.PHAS", "70000"],
      ["f.FLNK", "f"],
      ["f.FLNK", "g"],
      ["f.OUT", "5"],
      ["f.OUT", "f.PREC CA MS"],
      "settle",
      ["f.PREC", "4"],
      ["f.DISS", "2"],
      ["f.DESC", "01234567890123456789012345678901234567890123"],
      ["f.DTYP", "Raw Soft Channel"],
      ["f.DTYP", "1"],
      ["f.UDF", "1"],
      "settle",
      ["f.TPRO", "0"],
      ["f.LCNT", "1"],
      ["f.nofield", "1"],
    ],
  },
  {
    name: "forward links, loops, depth first",
    database: `record(calc, "l1") { field(CALC, "VAL+1") field(FLNK, "l2") } record(calc, "l2") { field(CALC, "VAL+1") field(FLNK, "l3") }
      record(calc, "l3") { field(INPA, "l1") field(CALC, "A*100+VAL+1") field(FLNK, "l1") }
      record(calc, "pp") { field(INPA, "l1 PP") field(INPB, "l1 NPP") field(CALC, "A+B") }`,
    look: [
      ["get", "l1"],
      ["get", "l2"],
      ["get", "l3"],
      ["get", "pp"],
    ],
    puts: [
      ["l1.PROC", "1"],
      ["l2.PROC", "1"],
      ["pp.PROC", "1"],
      ["pp.PROC", "1"],
    ],
  },
  {
    name: "CP and CPP links",
    database: `record(ao, "cpsrc") {} record(calc, "cp") { field(INPA, "cpsrc CP") field(CALC, "A+1") }
      record(calc, "cpp") { field(INPA, "cpsrc CPP") field(CALC, "A+2") }
      record(calc, "cpms") { field(INPA, "cpsrc CP MS") field(CALC, "A") } record(ao, "caout") { field(OUT, "caoutt CA") } record(ao, "caoutt") {}`,
    look: [...observed("cp"), ...observed("cpp"), ...observed("cpms"), ...observed("caoutt")],
    puts: [
      ["cpsrc", "3"],
      "settle",
      ["cpsrc.HIGH", "5"],
      ["cpsrc.HSV", "MAJOR"],
      ["cpsrc", "6"],
      "settle",
      ["caout", "4"],
      "settle",
    ],
  },
  {
    name: "CP links process as puts do, also what is active",
    database: `record(calc, "source") { field(CALC, "VAL+1") field(FLNK, "between") }
      record(calc, "between") { field(CALC, "VAL+1") field(INPA, "source CP") field(FLNK, "last") }
      record(calcout, "last") { field(CALC, "VAL+1") field(ODLY, "0.1") }
      record(calcout, "slow") { field(CALC, "VAL+1") field(INPA, "source CP") field(ODLY, "0.1") }`,
    look: ["between", "last", "slow", "slow.A", "last.RPRO", "slow.RPRO"].map((pv): Step => ["get", pv]),
    puts: ["settle", ["source.PROC", "1"], "settle", ["source.PROC", "1"], "settle"],
  },
  {
    name: "a CA link shows what was before the processing that goes on; a negative rate of change",
    database: `record(calc, "first") { field(CALC, "VAL+1") field(FLNK, "then") }
      record(calc, "then") { field(INPA, "first CA") field(INPB, "first") field(CALC, "A*100+B") }
      record(ao, "away") { field(OROC, "-10") }`,
    look: [["get", "then"], ...observed("away", "OVAL")],
    puts: [
      ["first.PROC", "1"],
      "settle",
      ["first.PROC", "1"],
      "settle",
      ["then.PROC", "1"],
      ["away", "0"],
      ["away", "5"],
      ["away", "-50"],
    ],
  },
  {
    name: "simulation",
    database: `record(ai, "sim") { field(SIML, "simm") field(SIOL, "simv") field(SIMS, "MINOR") field(INP, "simin") }
      record(bo, "simm") {} record(ao, "simv") {} record(ao, "simin") {}
      record(longout, "simo") { field(SIMM, "YES") field(SIOL, "simot") field(OUT, "simreal") } record(longout, "simot") {} record(longout, "simreal") {}`,
    look: [...observed("sim", "SVAL", "SIMM"), ...observed("simo"), ["get", "simot"], ["get", "simreal"]],
    puts: [
      ["simin", "1"],
      ["sim.PROC", "1"],
      ["simv", "22"],
      ["simm", "1"],
      ["sim.PROC", "1"],
      ["simm", "0"],
      ["sim.PROC", "1"],
      ["simo", "5"],
      ["simo.SIMM", "NO"],
      ["simo", "6"],
    ],
  },
];

testCases(CASES, KNOWN);
