import { Severity, Status } from "../../channel/alarm.js";
import {
  argumentProperties,
  type CompiledExpressions,
  calcArgumentFields,
  compileExpression,
  evaluate,
  fetchArguments,
  loadArguments,
  postArguments,
} from "../calcFields.js";
import { deadbandMask } from "../deadband.js";
import { alarmFilter, deadbands, limitAlarms, operatingRange, precision, units } from "../fieldGroups.js";
import { double, noAccess, string } from "../fieldSpec.js";
import { checkFilteredLimitAlarms } from "../limitAlarms.js";
import { fieldsLikeValue, numericProperties, scaleFields } from "../numericProperties.js";
import { defineRecordType, type RecordOf } from "../recordType.js";

const fields = {
  VAL: double({ asl: 0, prompt: "Result" }),
  CALC: string(160, { pp: true, special: "calc", initial: "0", prompt: "Calculation" }),
  ...calcArgumentFields,
  ...units,
  ...precision,
  ...operatingRange(double),
  ...limitAlarms(double),
  ...alarmFilter,
  ...deadbands(double),
  RPCL: noAccess({ special: "nomod", interest: 4, prompt: "Reverse Polish Calc" }),
};

type Calc = RecordOf<typeof fields>;

const onScale = scaleFields();
const inUnits = fieldsLikeValue(fields);
const compiled = new WeakMap<Calc, CompiledExpressions>();

function expressionsOf(record: Calc): CompiledExpressions {
  const known = compiled.get(record) ?? new Map();
  compiled.set(record, known);
  return known;
}

/** Calculation of one value from up to 21 inputs. */
export const calc = defineRecordType("calc", fields, {
  init(record, io) {
    loadArguments(io);
    const error = compileExpression(expressionsOf(record), "CALC", record.CALC);
    if (error !== undefined) io.report(`CALC "${record.CALC}": ${error}`);
  },
  process(record, io) {
    if (!fetchArguments(io)) return undefined;
    const value = evaluate(record, expressionsOf(record).get("CALC"), record.VAL);
    if (value === undefined) {
      io.setSevr(Status.CALC, Severity.INVALID, "calcPerform");
    } else {
      record.VAL = value;
      record.UDF = Number.isNaN(value) ? 1 : 0;
    }
    return undefined;
  },
  complete(record, io) {
    const previous = record.TIME;
    io.timestamp();
    checkFilteredLimitAlarms(record, io, previous);
    const mask = io.resetAlarms() | deadbandMask(record);
    io.post("VAL", mask);
    postArguments(record, io, mask);
  },
  afterPut(record, _io, field) {
    return field === "CALC" ? compileExpression(expressionsOf(record), "CALC", record.CALC) : undefined;
  },
  properties: (record, field, io) =>
    argumentProperties(io, field, record.PREC) ?? numericProperties(record, field, { onScale, inUnits }),
});
