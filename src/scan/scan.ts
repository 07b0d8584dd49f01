import { catchError, concat, defer, takeUntil, tap } from "rxjs";
import { errorMessage } from "../libcom/errorMessage.js";
import type { ScanContext } from "./context.js";
import type { EndTask, ScanProcedure } from "./endScan.js";
import { showStatus } from "./fieldConditions.js";
import { flyScan } from "./flyScan.js";
import { caught } from "./logged.js";
import type { ScanKind } from "./scanKind.js";
import { stepScan } from "./stepScan.js";
import { nothing, perform, put, type Step, sequence } from "./steps.js";
import { streamScan } from "./streamScan.js";

const PROCEDURES: Readonly<Record<ScanKind, (context: ScanContext) => ScanProcedure>> = {
  stream: streamScan,
  fly: flyScan,
  step: stepScan,
};

/** Stops what moves and what writes; the scan's end does the rest. */
export const stopMotionAndFile = ({ beamline }: Pick<ScanContext, "beamline">): void => {
  beamline.rotation("STOP").write(1);
  beamline.file("Capture").write(0);
};

/** Puts everything back. What fails is told, the rest goes on, and StartScan always returns to Done. */
const end = (context: ScanContext, tasks: readonly EndTask[], outcome: () => string): Step => {
  const problems: string[] = [];
  const run = ([what, step]: EndTask): Step =>
    caught(step, (reason) => {
      problems.push(`${what}: ${reason}`);
      context.log.error(`end of scan: ${what}: ${reason}`);
    });
  return sequence(
    ...tasks.map(run),
    defer(() => showStatus(context, [outcome(), ...problems.slice(0, 1)].join("; at its end: "))),
    perform(() => {
      context.scan$.next(undefined);
      context.running$.next(false);
    }),
    put(context.beamline.own("StartScan"), 0),
  );
};

/** One scan from StartScan to Done. Never fails: what goes wrong is in ScanStatus and in the log. */
export const runScan = (context: ScanContext): Step =>
  defer(() => {
    context.ending$.next(false);
    context.running$.next(true);
    const { run, end: tasks } = PROCEDURES[context.kind](context);
    let outcome = "Scan complete";
    const aborted$ = context.aborted$.pipe(
      tap(() => {
        outcome = "Scan aborted";
      }),
    );
    const procedure = run.pipe(
      takeUntil(aborted$),
      catchError((error) => {
        outcome = `Scan failed: ${errorMessage(error)}`;
        context.log.error(outcome);
        stopMotionAndFile(context);
        return nothing;
      }),
    );
    return concat(
      procedure,
      perform(() => context.ending$.next(true)),
      end(context, tasks, () => outcome),
    );
  });
