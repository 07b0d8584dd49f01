import { Severity, Status } from "../../channel/alarm.js";
import {
  argumentProperties,
  calcArgumentFields,
  fetchUntilFailure,
  loadArguments,
  postChangedArguments,
} from "../calcFields.js";
import { deadbandMask } from "../deadband.js";
import { deadbands, limitAlarms, operatingRange, precision, units, withPrompts } from "../fieldGroups.js";
import { double, menu, noAccess, string } from "../fieldSpec.js";
import { checkLimitAlarms } from "../limitAlarms.js";
import { menuAlarmSevr } from "../menus.js";
import { fieldsLikeValue, numericProperties, scaleFields } from "../numericProperties.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";

const fields = withPrompts(
  {
    VAL: double({ pp: true, asl: 0, prompt: "Result" }),
    INAM: string(40, { special: "nomod", interest: 1, prompt: "Init Routine Name" }),
    SNAM: string(40, { special: "mod", interest: 1, prompt: "Subroutine Name" }),
    SADR: noAccess({ special: "nomod", interest: 4, prompt: "Subroutine Address" }),
    ...calcArgumentFields,
    ...units,
    ...operatingRange(double),
    ...limitAlarms(double),
    ...precision,
    BRSV: menu(menuAlarmSevr, { pp: true, interest: 1, prompt: "Bad Return Severity" }),
    ...deadbands(double),
  },
  { MLST: "Last Value Monitored" },
);

type Sub = RecordOf<typeof fields>;

const onScale = scaleFields();
const inUnits = fieldsLikeValue(fields);

/** The name of the function that was found for SNAM. */
const bound = new WeakMap<Sub, string>();

/** Finds the function that SNAM names; a record without one rests until it gets one. */
function bind(record: Sub, io: RecordIo<Sub>): string | undefined {
  if (record.SNAM === "") {
    io.report("SNAM is empty");
    record.PACT = 1;
    return undefined;
  }
  if (io.hasFunction(record.SNAM)) {
    bound.set(record, record.SNAM);
    return undefined;
  }
  bound.delete(record);
  return `SNAM: there is no function "${record.SNAM}"`;
}

function run(record: Sub, io: RecordIo<Sub>): undefined | Promise<void> {
  const name = bound.get(record);
  const status = name === undefined ? undefined : io.callFunction(name);
  if (status instanceof Promise) return status.then((settled) => finish(record, io, settled));
  if (status !== undefined) return finish(record, io, status);
  io.setSevr(Status.BAD_SUB, Severity.INVALID);
  return undefined;
}

function finish(record: Sub, io: RecordIo<Sub>, status: number): undefined {
  io.failed = status !== 0;
  if (status < 0) io.setSevr(Status.SOFT, record.BRSV);
  else record.UDF = Number.isNaN(record.VAL) ? 1 : 0;
}

/** One value, made by a registered function from up to 21 inputs. */
export const sub = defineRecordType("sub", fields, {
  init(record, io) {
    loadArguments(io);
    if (record.INAM !== "" && io.callFunction(record.INAM) === undefined) {
      io.report(`INAM: there is no function "${record.INAM}"`);
      return;
    }
    const failure = bind(record, io);
    if (failure !== undefined) io.report(failure);
    if (!bound.has(record)) return;
    record.MLST = record.ALST = record.LALM = record.VAL;
  },
  process(record, io) {
    io.failed = !fetchUntilFailure(io);
    return io.failed ? undefined : run(record, io);
  },
  complete(record, io) {
    io.timestamp();
    checkLimitAlarms(record, io);
    const mask = io.resetAlarms() | deadbandMask(record);
    io.post("VAL", mask);
    postChangedArguments(record, io, mask);
  },
  beforePut(record, _io, field) {
    if (field === "SNAM" && record.SNAM === "" && record.PACT !== 0) {
      record.PACT = 0;
      record.RPRO = 0;
    }
    return undefined;
  },
  afterPut: (record, io, field) => (field === "SNAM" ? bind(record, io) : undefined),
  properties: (record, field, io) =>
    argumentProperties(io, field, record.PREC) ?? numericProperties(record, field, { onScale, inUnits }),
});
