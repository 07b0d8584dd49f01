import { Severity, Status } from "../../channel/alarm.js";
import { compileCalc } from "../calc/index.js";
import {
  argumentProperties,
  calcArgumentFields,
  evaluate,
  fetchArguments,
  loadArguments,
  postArguments,
} from "../calcFields.js";
import { deadbandMask } from "../deadband.js";
import {
  alarmFilter,
  deadbands,
  fieldsNamed,
  limitAlarms,
  operatingRange,
  precision,
  units,
  withPrompts,
} from "../fieldGroups.js";
import { calcProgram, double, inLink, string } from "../fieldSpec.js";
import { checkFilteredLimitAlarms } from "../limitAlarms.js";
import { fieldsLikeValue, numericProperties, scaleFields } from "../numericProperties.js";
import { defineRecordType, type RecordOf } from "../recordType.js";

const fields = withPrompts(
  {
    VAL: double({ asl: 0, prompt: "Result" }),
    CALC: string(160, { pp: true, special: "calc", initial: "0", prompt: "Calculation" }),
    ...calcArgumentFields,
    // EPICS Base 7.0.10 gives these a `special` that its calc record then knows nothing of; here they are links as the rest.
    ...fieldsNamed(["INPM", "INPN", "INPO", "INPP", "INPQ", "INPR", "INPS", "INPT", "INPU"], (name) =>
      inLink({ special: "mod", interest: 1, prompt: `Input ${name.slice(-1)}` }),
    ),
    ...units,
    ...precision,
    ...operatingRange(double),
    ...limitAlarms(double),
    ...alarmFilter,
    ...deadbands(double),
    RPCL: calcProgram({ special: "nomod", interest: 4, prompt: "Reverse Polish Calc" }),
  },
  { HOPR: "High Operating Rng" },
);

type Calc = RecordOf<typeof fields>;

const onScale = scaleFields();
const inUnits = fieldsLikeValue(fields);

/** Compiles CALC; the text of what is wrong with it, or undefined. */
function compile(record: Calc): string | undefined {
  const program = compileCalc(record.CALC);
  record.RPCL = program.ok ? program.value : undefined;
  return program.ok ? undefined : program.error;
}

/** Calculation of one value from up to 21 inputs. */
export const calc = defineRecordType("calc", fields, {
  init(record, io) {
    loadArguments(io);
    const error = compile(record);
    if (error !== undefined) io.report(`CALC "${record.CALC}": ${error}`);
  },
  process(record, io) {
    if (!fetchArguments(io)) return undefined;
    const value = evaluate(record, record.RPCL, record.VAL);
    if (value === undefined) {
      io.setSevr(Status.CALC, Severity.INVALID);
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
    return field === "CALC" ? compile(record) : undefined;
  },
  properties: (record, field, io) =>
    argumentProperties(io, field, record.PREC) ?? numericProperties(record, field, { onScale, inUnits }),
});
