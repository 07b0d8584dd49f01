import { ALARM_SEVERITIES, ALARM_STATUSES } from "../channel/alarm.js";
import { defineMenu, type Menu } from "./menu.js";

/** Menus that EPICS Base shares between record types. */

export const menuAlarmStat: Menu = { menuName: "menuAlarmStat", choices: ALARM_STATUSES };
export const menuAlarmSevr: Menu = { menuName: "menuAlarmSevr", choices: ALARM_SEVERITIES };

export const menuYesNo = defineMenu("menuYesNo", { NO: "NO", YES: "YES" });

export const menuScan = defineMenu("menuScan", {
  Passive: "Passive",
  Event: "Event",
  IoIntr: "I/O Intr",
  s10: "10 second",
  s5: "5 second",
  s2: "2 second",
  s1: "1 second",
  s0_5: ".5 second",
  s0_2: ".2 second",
  s0_1: ".1 second",
});

export const menuPini = defineMenu("menuPini", {
  NO: "NO",
  YES: "YES",
  RUN: "RUN",
  RUNNING: "RUNNING",
  PAUSE: "PAUSE",
  PAUSED: "PAUSED",
});

export const menuPriority = defineMenu("menuPriority", { LOW: "LOW", MEDIUM: "MEDIUM", HIGH: "HIGH" });

export const menuOmsl = defineMenu("menuOmsl", { supervisory: "supervisory", closed_loop: "closed_loop" });

export const menuIvoa = defineMenu("menuIvoa", {
  continueNormally: "Continue normally",
  dontDriveOutputs: "Don't drive outputs",
  setOutputToIvov: "Set output to IVOV",
});

export const menuSimm = defineMenu("menuSimm", { NO: "NO", YES: "YES", RAW: "RAW" });

export const menuConvert = defineMenu("menuConvert", {
  noConversion: "NO CONVERSION",
  SLOPE: "SLOPE",
  LINEAR: "LINEAR",
  typeKdegF: "typeKdegF",
  typeKdegC: "typeKdegC",
  typeJdegF: "typeJdegF",
  typeJdegC: "typeJdegC",
  typeEdegF: "typeEdegF(ixe only)",
  typeEdegC: "typeEdegC(ixe only)",
  typeTdegF: "typeTdegF",
  typeTdegC: "typeTdegC",
  typeRdegF: "typeRdegF",
  typeRdegC: "typeRdegC",
  typeSdegF: "typeSdegF",
  typeSdegC: "typeSdegC",
});

export const menuFtype = defineMenu("menuFtype", {
  STRING: "STRING",
  CHAR: "CHAR",
  UCHAR: "UCHAR",
  SHORT: "SHORT",
  USHORT: "USHORT",
  LONG: "LONG",
  ULONG: "ULONG",
  INT64: "INT64",
  UINT64: "UINT64",
  FLOAT: "FLOAT",
  DOUBLE: "DOUBLE",
  ENUM: "ENUM",
});

export const menuPost = defineMenu("menuPost", { OnChange: "On Change", Always: "Always" });
