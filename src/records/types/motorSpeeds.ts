import { motorACCU } from "./motorFields.js";
import type { Motor } from "./motorGeometry.js";

const DEFAULT_STEPS_PER_REVOLUTION = 200;
const DEFAULT_ACCELERATION_SECONDS = 0.1;

/** Speeds in EGU per second, and what they are in revolutions per second. */
const TURNS_OF = { VELO: "S", VBAS: "SBAS", VMAX: "SMAX", BVEL: "SBAK" } as const;
const UNITS_OF = { S: "VELO", SBAS: "VBAS", SMAX: "VMAX", SBAK: "BVEL" } as const;

type SpeedInUnits = keyof typeof TURNS_OF;
type SpeedInTurns = keyof typeof UNITS_OF;

const isInUnits = (field: string): field is SpeedInUnits => field in TURNS_OF;
const isInTurns = (field: string): field is SpeedInTurns => field in UNITS_OF;

const unitsPerTurn = ({ UREV }: Motor): number => Math.abs(UREV) || 1;

function showTurns(record: Motor, field: SpeedInUnits): void {
  record[TURNS_OF[field]] = record[field] / unitsPerTurn(record);
}

function showUnits(record: Motor, field: SpeedInTurns): void {
  record[UNITS_OF[field]] = record[field] * unitsPerTurn(record);
}

/** A maximum of 0 is none. */
const within = (value: number, low: number, high: number): number => {
  const atLeast = Math.max(value, low);
  return high === 0 ? atLeast : Math.min(atLeast, high);
};

function clampSpeed(record: Motor, field: "VELO" | "BVEL" | "JVEL" | "HVEL"): void {
  record[field] = within(record[field], record.VBAS, record.VMAX);
}

/** EGU/s^2 by which `speed` is reached from VBAS within `seconds`. */
export const accelerationTo = ({ VBAS }: Motor, speed: number, seconds: number): number =>
  Math.max(speed > VBAS ? speed - VBAS : speed, Number.EPSILON) / seconds;

/** The acceleration of a move, EGU/s^2: ACCS, or what ACCL says of VELO. */
export const accelerationOf = (record: Motor): number =>
  record.ACCU === motorACCU.Accs && record.ACCS > 0
    ? record.ACCS
    : accelerationTo(record, record.VELO, record.ACCL);

/** How fast VELO rises above VBAS when that takes `quotient`: ACCS of ACCL, and ACCL of ACCS. */
const riseOver = ({ VELO, VBAS }: Motor, quotient: number): number =>
  (VELO > VBAS ? VELO - VBAS : VELO) / quotient;

function showAccs(record: Motor): void {
  record.ACCS = riseOver(record, record.ACCL);
}

function showAccl(record: Motor): void {
  if (record.ACCS > 0) record.ACCL = riseOver(record, record.ACCS);
}

/** ACCU says which of the two stays as it is when the speeds change. */
function followVelocity(record: Motor): void {
  if (record.ACCU === motorACCU.Accs) showAccl(record);
  else showAccs(record);
}

export const holdDeadband = (record: Motor): void => {
  record.RDBD = Math.max(record.RDBD, Math.abs(record.MRES));
};

/** At start: one of two ways to give a resolution, a speed and an acceleration follows from the other. */
export function reconcileSpeeds(record: Motor): void {
  if (record.SREV <= 0) record.SREV = DEFAULT_STEPS_PER_REVOLUTION;
  if (record.UREV !== 0) record.MRES = record.UREV / record.SREV;
  if (record.MRES === 0) record.MRES = 1;
  record.UREV = record.MRES * record.SREV;
  if (record.ERES === 0) record.ERES = record.MRES;
  if (record.SMAX > 0) showUnits(record, "SMAX");
  else {
    record.VMAX = Math.max(record.VMAX, 0);
    showTurns(record, "VMAX");
  }
  reconcileSpeed(record, "VBAS", 0, 0);
  reconcileSpeed(record, "VELO", record.VBAS, record.SBAS);
  reconcileSpeed(record, "BVEL", record.VBAS, record.SBAS);
  if (record.ACCS > 0) showAccl(record);
  else {
    record.ACCL ||= DEFAULT_ACCELERATION_SECONDS;
    showAccs(record);
  }
  record.BACC ||= DEFAULT_ACCELERATION_SECONDS;
  if (record.JVEL === 0) record.JVEL = record.VELO;
  else clampSpeed(record, "JVEL");
  record.JAR ||= record.VELO / record.ACCL;
  if (record.HVEL === 0) record.HVEL = record.VBAS;
  else clampSpeed(record, "HVEL");
  holdDeadband(record);
}

function reconcileSpeed(record: Motor, field: "VBAS" | "VELO" | "BVEL", low: number, lowTurns: number): void {
  const turns = TURNS_OF[field];
  if (record[turns] !== 0) {
    record[turns] = within(record[turns], lowTurns, record.SMAX);
    showUnits(record, turns);
  } else {
    record[field] = within(record[field], low, record.VMAX);
    showTurns(record, field);
  }
}

/** The highest speed moves the lowest, and the other way round; then all others are within the two. */
function holdRange(record: Motor, moved: "VMAX" | "VBAS"): void {
  const { VMAX, VBAS, SMAX, SBAS } = record;
  if (VMAX !== 0 && VMAX < VBAS)
    if (moved === "VMAX") [record.VBAS, record.SBAS] = [VMAX, SMAX];
    else [record.VMAX, record.SMAX] = [VBAS, SBAS];
  for (const field of ["VELO", "BVEL"] as const) {
    clampSpeed(record, field);
    showTurns(record, field);
  }
  clampSpeed(record, "JVEL");
  clampSpeed(record, "HVEL");
}

/** What follows from a speed or an acceleration once the value itself is in order. */
const FOLLOWERS: Readonly<Record<string, (record: Motor) => void>> = {
  VMAX: (record) => holdRange(record, "VMAX"),
  VBAS: (record) => {
    followVelocity(record);
    holdRange(record, "VBAS");
  },
  VELO: followVelocity,
  JVEL: (record) => clampSpeed(record, "JVEL"),
  HVEL: (record) => clampSpeed(record, "HVEL"),
  ACCL: (record) => {
    if (record.ACCL <= 0) record.ACCL = DEFAULT_ACCELERATION_SECONDS;
    showAccs(record);
  },
  ACCS: (record) => {
    if (record.ACCS <= 0) showAccs(record);
    showAccl(record);
  },
  BACC: (record) => {
    if (record.BACC <= 0) record.BACC = DEFAULT_ACCELERATION_SECONDS;
  },
  JAR: (record) => {
    if (record.JAR <= 0) record.JAR = record.JVEL / DEFAULT_ACCELERATION_SECONDS;
  },
};

/** What a put to a speed or an acceleration does to the others. */
export function followSpeed(record: Motor, field: string): void {
  if (isInUnits(field)) {
    if (field === "VELO" || field === "BVEL") clampSpeed(record, field);
    else record[field] = Math.max(record[field], 0);
    showTurns(record, field);
  } else if (isInTurns(field)) {
    const isBounded = field === "S" || field === "SBAK";
    record[field] = within(record[field], isBounded ? record.SBAS : 0, isBounded ? record.SMAX : 0);
    showUnits(record, field);
  }
  FOLLOWERS[isInTurns(field) ? UNITS_OF[field] : field]?.(record);
}

/** What a put to a resolution does: speeds in revolutions per second stay, those in EGU per second follow. */
export function followResolution(record: Motor, field: string): void {
  if (field === "ERES") {
    record.ERES ||= record.MRES;
    return;
  }
  if (field === "SREV") {
    if (record.SREV <= 0) record.SREV = DEFAULT_STEPS_PER_REVOLUTION;
    record.MRES = record.UREV / record.SREV;
  } else {
    if (field === "MRES") record.UREV = record.MRES * record.SREV;
    else record.MRES = record.UREV / record.SREV;
    for (const turns of ["S", "SBAS", "SBAK", "SMAX"] as const) showUnits(record, turns);
  }
  holdDeadband(record);
}
