import type { RecordType } from "../recordType.js";
import { ai } from "./ai.js";
import { ao } from "./ao.js";
import { asyn } from "./asyn.js";
import { bi } from "./bi.js";
import { bo } from "./bo.js";
import { busy } from "./busy.js";
import { calc } from "./calc.js";
import { calcout } from "./calcout.js";
import { dfanout } from "./dfanout.js";
import { longin } from "./longin.js";
import { longout } from "./longout.js";
import { mbbi } from "./mbbi.js";
import { mbbo } from "./mbbo.js";
import { motor } from "./motor.js";
import { stringin } from "./stringin.js";
import { stringout } from "./stringout.js";
import { subArray } from "./subArray.js";
import { waveform } from "./waveform.js";

/** Every record type that databases can use. */
const all: readonly RecordType[] = [
  ai,
  ao,
  asyn,
  bi,
  bo,
  busy,
  calc,
  calcout,
  dfanout,
  longin,
  longout,
  mbbi,
  mbbo,
  motor,
  stringin,
  stringout,
  subArray,
  waveform,
];

export const recordTypes: ReadonlyMap<string, RecordType> = new Map(all.map((type) => [type.name, type]));
