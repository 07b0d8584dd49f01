import { catchError, defer } from "rxjs";
import { errorMessage } from "../libcom/errorMessage.js";
import type { ScanContext } from "./context.js";
import { perform, type Step } from "./steps.js";

/** Goes on after telling what went wrong. */
export const caught = (step: Step, tell: (reason: string) => void): Step =>
  defer(() => step).pipe(catchError((error) => perform(() => tell(errorMessage(error)))));

/** Goes on after logging what went wrong. */
export const logged = ({ log }: Pick<ScanContext, "log">, what: string, step: Step): Step =>
  caught(step, (reason) => log.error(`${what}: ${reason}`));

/** As `logged`, and shows it in ScanStatus, too: an operator asked for this and waits for it. */
export const reported = (
  { log, beamline }: Pick<ScanContext, "log" | "beamline">,
  what: string,
  step: Step,
): Step =>
  caught(step, (reason) => {
    log.error(`${what}: ${reason}`);
    beamline.own("ScanStatus").write(`${what}: ${reason}`);
  });
