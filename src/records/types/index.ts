import type { RecordType } from "../recordType.js";
import { aai } from "./aai.js";
import { aao } from "./aao.js";
import { acalcout } from "./acalcout.js";
import { ai } from "./ai.js";
import { ao } from "./ao.js";
import { aSub } from "./aSub.js";
import { asyn } from "./asyn.js";
import { bi } from "./bi.js";
import { bo } from "./bo.js";
import { busy } from "./busy.js";
import { calc } from "./calc.js";
import { calcout } from "./calcout.js";
import { compress } from "./compress.js";
import { dfanout } from "./dfanout.js";
import { event } from "./event.js";
import { fanout } from "./fanout.js";
import { histogram } from "./histogram.js";
import { int64in } from "./int64in.js";
import { int64out } from "./int64out.js";
import { longin } from "./longin.js";
import { longout } from "./longout.js";
import { lsi } from "./lsi.js";
import { lso } from "./lso.js";
import { mbbi } from "./mbbi.js";
import { mbbiDirect } from "./mbbiDirect.js";
import { mbbo } from "./mbbo.js";
import { mbboDirect } from "./mbboDirect.js";
import { motor } from "./motor.js";
import { permissive } from "./permissive.js";
import { printf } from "./printf.js";
import { scalcout } from "./scalcout.js";
import { sel } from "./sel.js";
import { seq } from "./seq.js";
import { sseq } from "./sseq.js";
import { state } from "./state.js";
import { stringin } from "./stringin.js";
import { stringout } from "./stringout.js";
import { sub } from "./sub.js";
import { subArray } from "./subArray.js";
import { swait } from "./swait.js";
import { transform } from "./transform.js";
import { waveform } from "./waveform.js";

/** Every record type that databases can use. */
const all: readonly RecordType[] = [
  aai,
  aao,
  ai,
  ao,
  asyn,
  bi,
  bo,
  busy,
  calc,
  calcout,
  dfanout,
  event,
  fanout,
  int64in,
  int64out,
  longin,
  longout,
  lsi,
  lso,
  mbbi,
  mbbiDirect,
  mbbo,
  mbboDirect,
  motor,
  sel,
  seq,
  sseq,
  stringin,
  stringout,
  subArray,
  compress,
  histogram,
  permissive,
  state,
  sub,
  aSub,
  printf,
  acalcout,
  scalcout,
  swait,
  transform,
  waveform,
];

export const recordTypes: ReadonlyMap<string, RecordType> = new Map(all.map((type) => [type.name, type]));

/** Types that databases of synApps use and that are not provided on purpose, and what to tell who loads one. */
export const absentRecordTypes: ReadonlyMap<string, string> = new Map([
  ["sscan", "the sscan record is not provided: scans are programs here, as tomoScan's"],
]);
