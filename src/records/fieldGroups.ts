import {
  double,
  type FieldAttributes,
  type FieldSpec,
  type FieldTable,
  inLink,
  menu,
  noAccess,
  outLink,
  short,
  string,
} from "./fieldSpec.js";
import type { Menu } from "./menu.js";
import { menuAlarmSevr, menuIvoa, menuOmsl, menuScan, menuSimm } from "./menus.js";

/** Fields that several record types share. `number` is the type of the record's value: `double`, `long`, `int64`. */
type NumberField<T extends number | bigint> = (attributes?: FieldAttributes) => FieldSpec<T>;

const limit = { pp: true, prop: true, interest: 1 } as const;
const last = { special: "nomod", interest: 3 } as const;

/** Alarm limits with their severities and hysteresis. */
export const limitAlarms = <T extends number | bigint>(number: NumberField<T>) => ({
  HIHI: number({ ...limit, prompt: "Hihi Alarm Limit" }),
  LOLO: number({ ...limit, prompt: "Lolo Alarm Limit" }),
  HIGH: number({ ...limit, prompt: "High Alarm Limit" }),
  LOW: number({ ...limit, prompt: "Low Alarm Limit" }),
  HHSV: menu(menuAlarmSevr, { ...limit, prompt: "Hihi Severity" }),
  LLSV: menu(menuAlarmSevr, { ...limit, prompt: "Lolo Severity" }),
  HSV: menu(menuAlarmSevr, { ...limit, prompt: "High Severity" }),
  LSV: menu(menuAlarmSevr, { ...limit, prompt: "Low Severity" }),
  HYST: number({ interest: 1, prompt: "Alarm Deadband" }),
  LALM: number({ ...last, prompt: "Last Value Alarmed" }),
});

/** Severities of limits for types where they do not count as metadata. */
export const plainSeverities = {
  HHSV: menu(menuAlarmSevr, { pp: true, interest: 1, prompt: "Hihi Severity" }),
  LLSV: menu(menuAlarmSevr, { pp: true, interest: 1, prompt: "Lolo Severity" }),
  HSV: menu(menuAlarmSevr, { pp: true, interest: 1, prompt: "High Severity" }),
  LSV: menu(menuAlarmSevr, { pp: true, interest: 1, prompt: "Low Severity" }),
};

/** Smoothing of alarm transitions over AFTC seconds. */
export const alarmFilter = {
  AFTC: double({ interest: 1, prompt: "Alarm Filter Time Constant" }),
  AFVL: double({ ...last, prompt: "Alarm Filter Value" }),
};

/** How much the value has to change to be posted, to monitors and to archivers. */
export const deadbands = <T extends number | bigint>(number: NumberField<T>) => ({
  ADEL: number({ interest: 1, prompt: "Archive Deadband" }),
  MDEL: number({ interest: 1, prompt: "Monitor Deadband" }),
  ALST: number({ ...last, prompt: "Last Value Archived" }),
  MLST: number({ ...last, prompt: "Last Val Monitored" }),
});

export const operatingRange = <T extends number | bigint>(number: NumberField<T>) => ({
  HOPR: number({ prop: true, interest: 1, prompt: "High Operating Range" }),
  LOPR: number({ prop: true, interest: 1, prompt: "Low Operating Range" }),
});

export const driveLimits = <T extends number | bigint>(number: NumberField<T>) => ({
  DRVH: number({ ...limit, prompt: "Drive High Limit" }),
  DRVL: number({ ...limit, prompt: "Drive Low Limit" }),
});

export const units = { EGU: string(16, { prop: true, interest: 1, prompt: "Engineering Units" }) };
export const precision = { PREC: short({ prop: true, interest: 1, prompt: "Display Precision" }) };

/** Where an output's value comes from besides operators. */
export const closedLoop = {
  DOL: inLink({ interest: 1, prompt: "Desired Output Link" }),
  OMSL: menu(menuOmsl, { interest: 1, prompt: "Output Mode Select" }),
};

/** What an output does while its severity is INVALID. */
export const invalidAction = <T extends number | bigint | string>(value: FieldSpec<T>) => ({
  IVOA: menu(menuIvoa, { interest: 2, prompt: "INVALID output action" }),
  IVOV: value,
});

const simulation = (mode: Menu) => ({
  SIML: inLink({ interest: 1, prompt: "Simulation Mode Link" }),
  SIMM: menu(mode, { special: "mod", interest: 1, prompt: "Simulation Mode" }),
  SIMS: menu(menuAlarmSevr, { interest: 2, prompt: "Simulation Mode Severity" }),
  OLDSIMM: menu(menuSimm, { special: "nomod", interest: 4, prompt: "Prev. Simulation Mode" }),
  SSCN: menu(menuScan, { initial: "65535", interest: 1, prompt: "Sim. Mode Scan" }),
  SDLY: double({ initial: "-1.0", interest: 2, prompt: "Sim. Mode Async Delay" }),
  SIMPVT: noAccess({ special: "nomod", interest: 4, prompt: "Sim. Mode Private" }),
});

/** @param mode menuSimm where raw values can be simulated, menuYesNo elsewhere */
export const simulatedInput = (mode: Menu) => ({
  SIOL: inLink({ interest: 1, prompt: "Simulation Input Link" }),
  ...simulation(mode),
});

export const simulatedOutput = (mode: Menu) => ({
  SIOL: outLink({ interest: 1, prompt: "Simulation Output Link" }),
  ...simulation(mode),
});

/** A table whose shared fields have prompts of their own. */
export const withPrompts = <F extends FieldTable>(
  fields: F,
  prompts: Readonly<Partial<Record<keyof F, string>>>,
): F => {
  const changed = Object.entries(prompts).map(([name, prompt]) => [name, { ...fields[name], prompt }]);
  return { ...fields, ...Object.fromEntries(changed) };
};

/** Makes one field per name; the names' type is kept. */
export const fieldsNamed = <const N extends string, T extends FieldSpec>(
  names: readonly N[],
  make: (name: N, index: number) => T,
): Readonly<Record<N, T>> =>
  Object.fromEntries(names.map((name, index) => [name, make(name, index)])) as Record<N, T>;
