import type { FieldTable } from "./fieldSpec.js";
import type { FieldProperties } from "./recordType.js";

interface AlarmLimits {
  HIHI: number | bigint;
  HIGH: number | bigint;
  LOW: number | bigint;
  LOLO: number | bigint;
  HHSV: number;
  HSV: number;
  LSV: number;
  LLSV: number;
}

interface NumericRecord extends AlarmLimits {
  EGU: string;
  HOPR: number | bigint;
  LOPR: number | bigint;
  PREC?: number;
  DRVH?: number | bigint;
  DRVL?: number | bigint;
}

/** Limits whose severity is NO_ALARM do not exist: clients see NaN. */
const limitOr = (limit: number | bigint, severity: number): number =>
  severity === 0 ? Number.NaN : Number(limit);

const alarmLimits = (record: AlarmLimits): Pick<FieldProperties, "alarm" | "warning"> => ({
  alarm: { low: limitOr(record.LOLO, record.LLSV), high: limitOr(record.HIHI, record.HHSV) },
  warning: { low: limitOr(record.LOW, record.LSV), high: limitOr(record.HIGH, record.HSV) },
});

const MAX_PRECISION = 15;

/** PREC as fields other than the value show it: a number of decimals that a double can have. */
export const sensiblePrecision = (precision: number): number =>
  precision < 0 || precision > MAX_PRECISION ? MAX_PRECISION : precision;

export interface NumericFields {
  /** Fields on the scale of the value: HOPR and LOPR are their limits. */
  readonly onScale: ReadonlySet<string>;
  /** Fields of the value's type that have no units. */
  readonly withoutUnits?: ReadonlySet<string>;
  /** DRVH and DRVL limit what can be put; HOPR and LOPR do otherwise. */
  readonly drive?: "always" | "whenSet";
  /** Fields of the value's type: only these have units. */
  readonly inUnits: ReadonlySet<string>;
}

/** The fields of a type's table that are of the type of its value. */
export const fieldsLikeValue = (fields: FieldTable): ReadonlySet<string> =>
  new Set(Object.keys(fields).filter((name) => fields[name]?.dbf === fields["VAL"]?.dbf));

/** Fields on the value's scale that all numeric record types have. */
export const scaleFields = (...more: string[]): ReadonlySet<string> =>
  new Set(["VAL", "HIHI", "HIGH", "LOW", "LOLO", "LALM", "ALST", "MLST", ...more]);

/** Metadata of a numeric record's field. */
export function numericProperties(
  record: NumericRecord,
  field: string,
  fields: NumericFields,
): FieldProperties {
  const result: FieldProperties =
    record.PREC === undefined
      ? {}
      : { precision: field === "VAL" ? record.PREC : sensiblePrecision(record.PREC) };
  if (fields.inUnits.has(field) && fields.withoutUnits?.has(field) !== true) result.units = record.EGU;
  if (!fields.onScale.has(field)) return result;
  const operating = { low: Number(record.LOPR), high: Number(record.HOPR) };
  result.display = operating;
  result.control = controlLimits(record, fields) ?? operating;
  return field === "VAL" ? { ...result, ...alarmLimits(record) } : result;
}

function controlLimits({ DRVH, DRVL }: NumericRecord, { drive }: NumericFields) {
  if (drive === undefined || DRVH === undefined || DRVL === undefined) return undefined;
  return drive === "always" || DRVH > DRVL ? { low: Number(DRVL), high: Number(DRVH) } : undefined;
}
