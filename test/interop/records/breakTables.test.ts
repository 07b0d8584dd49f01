import { type Case, observed, testCases } from "./cases.js";

const tables = `
breaktable(typeKdegC) { 0 0  100 10  200 30  400 80 }
breaktable(typeJdegC) { 400 0  200 10  100 40  0 90 }
breaktable(typeKdegF) { 0 100, 50 20, 300 -40 }
`;

const converting = (table: string, more = ""): string => `${tables}
record(longout, "raw") {}
record(ai, "in") { field(DTYP, "Raw Soft Channel") field(INP, "raw") field(LINR, "${table}") field(PREC, 6) ${more} }
record(ao, "out") { field(DTYP, "Raw Soft Channel") field(OUT, "there") field(LINR, "${table}") field(PREC, 6) ${more} }
record(longin, "there") {}`;

const look = [...observed("in", "RVAL", "LBRK", "INIT"), ...observed("out", "RVAL", "OVAL", "LBRK", "INIT")];

const both = (...values: number[]): Case["puts"] =>
  values.flatMap((value): (readonly [string, string])[] => [
    ["raw", String(value)],
    ["in.PROC", "1"],
    ["out", String(value)],
  ]);

const values = [0, 50, 100, 101, 399, 400, 401, -1, 250, -500, 90, 20, 5];

testCases([
  ...["typeKdegC", "typeJdegC", "typeKdegF"].map((table) => ({
    name: `the breakpoint table ${table}`,
    database: converting(table),
    look,
    puts: both(...values),
  })),
  {
    name: "offsets and slopes around a breakpoint table",
    database: converting("typeKdegC", "field(AOFF, 5) field(ASLO, 2) field(ROFF, 3)"),
    look,
    puts: both(...values),
  },
  {
    name: "a breakpoint table that does not exist",
    database: converting("typeRdegC"),
    look,
    puts: both(10, 20),
  },
  {
    name: "another breakpoint table while the record runs",
    database: converting("typeKdegC"),
    look,
    puts: [...both(390), ["in.LINR", "typeJdegC"], ["out.LINR", "typeKdegF"], ...both(390, 30)],
  },
]);
