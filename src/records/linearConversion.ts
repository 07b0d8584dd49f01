import type { BreakPoint } from "../database/definitions.js";
import { rawToTable, tableToRaw } from "./breakTable.js";
import { menuConvert } from "./menus.js";

/** Fields that scale between raw and engineering units. */
export interface LinearRecord {
  LINR: number;
  ROFF: number;
  ASLO: number;
  AOFF: number;
  ESLO: number;
  EOFF: number;
  /** LINR or the scale has changed since the last conversion. */
  INIT: number;
  /** Where in its breakpoint table the record was last. */
  LBRK: number;
}

/** Where a record finds the breakpoint table that its LINR names. */
export interface BreakTables {
  breakTable(linr: number): readonly BreakPoint[] | undefined;
}

export interface Scaled {
  readonly value: number;
  /** There is no such breakpoint table, or the value lies outside of it. */
  readonly failed: boolean;
}

const done = (value: number): Scaled => ({ value, failed: false });

/** Scales by the breakpoint table of LINR, beginning where the record was in it. */
function byTable(
  record: LinearRecord,
  tables: BreakTables,
  value: number,
  convert: typeof rawToTable,
): Scaled {
  const table = tables.breakTable(record.LINR);
  if (table === undefined) return { value, failed: true };
  const converted = convert(table, record.INIT === 0 ? record.LBRK : 0, value);
  record.LBRK = converted.index;
  return { value: converted.value, failed: converted.outside };
}

/** VAL = ((RVAL + ROFF) ASLO + AOFF) ESLO + EOFF, or by a table; a slope ASLO of 0 counts as 1. */
export function rawToEngineering(record: LinearRecord, tables: BreakTables, raw: number): Scaled {
  const adjusted = (raw + record.ROFF) * (record.ASLO === 0 ? 1 : record.ASLO) + record.AOFF;
  switch (record.LINR) {
    case menuConvert.noConversion:
      return done(adjusted);
    case menuConvert.LINEAR:
    case menuConvert.SLOPE:
      return done(adjusted * record.ESLO + record.EOFF);
    default:
      return byTable(record, tables, adjusted, rawToTable);
  }
}

function unscaled(record: LinearRecord, tables: BreakTables, value: number): Scaled {
  switch (record.LINR) {
    case menuConvert.noConversion:
      return done(value);
    case menuConvert.LINEAR:
    case menuConvert.SLOPE:
      return done(record.ESLO === 0 ? 0 : (value - record.EOFF) / record.ESLO);
    default:
      return byTable(record, tables, value, tableToRaw);
  }
}

const INT32_MAX = 2 ** 31 - 1;
const INT32_MIN = -(2 ** 31);

/** The inverse, rounded half away from zero and kept within 32 bits. */
export function engineeringToRaw(record: LinearRecord, tables: BreakTables, value: number): Scaled {
  const signal = unscaled(record, tables, value);
  if (signal.failed) return signal;
  const raw = (signal.value - record.AOFF) / (record.ASLO === 0 ? 1 : record.ASLO) - record.ROFF;
  if (raw >= 0) return done(raw >= INT32_MAX - 0.5 ? INT32_MAX : Math.trunc(raw + 0.5));
  return done(raw > INT32_MIN + 0.5 ? Math.trunc(raw - 0.5) : INT32_MIN);
}
