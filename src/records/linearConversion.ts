import { menuConvert } from "./menus.js";

/** Fields that scale between raw and engineering units. */
export interface LinearRecord {
  LINR: number;
  ROFF: number;
  ASLO: number;
  AOFF: number;
  ESLO: number;
  EOFF: number;
}

const isScaled = ({ LINR }: LinearRecord): boolean =>
  LINR === menuConvert.LINEAR || LINR === menuConvert.SLOPE;

/** Whether LINR names a breakpoint table; there are none here. */
export const needsTable = ({ LINR }: LinearRecord): boolean => LINR > menuConvert.LINEAR;

/** VAL = ((RVAL + ROFF) ASLO + AOFF) ESLO + EOFF; a slope ASLO of 0 counts as 1. */
export function rawToEngineering(record: LinearRecord, raw: number): number {
  const adjusted = (raw + record.ROFF) * (record.ASLO === 0 ? 1 : record.ASLO) + record.AOFF;
  return isScaled(record) ? adjusted * record.ESLO + record.EOFF : adjusted;
}

const INT32_MAX = 2 ** 31 - 1;
const INT32_MIN = -(2 ** 31);

/** The inverse, rounded half away from zero and kept within 32 bits. */
export function engineeringToRaw(record: LinearRecord, value: number): number {
  const signal = isScaled(record) ? (record.ESLO === 0 ? 0 : (value - record.EOFF) / record.ESLO) : value;
  const raw = (signal - record.AOFF) / (record.ASLO === 0 ? 1 : record.ASLO) - record.ROFF;
  if (raw >= 0) return raw >= INT32_MAX - 0.5 ? INT32_MAX : Math.trunc(raw + 0.5);
  return raw > INT32_MIN + 0.5 ? Math.trunc(raw - 0.5) : INT32_MIN;
}
