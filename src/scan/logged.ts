import { catchError, defer } from "rxjs";
import { errorMessage } from "../libcom/errorMessage.js";
import type { ScanContext } from "./context.js";
import { perform, type Step } from "./steps.js";

/** Goes on after logging what went wrong. */
export const logged = ({ log }: Pick<ScanContext, "log">, what: string, step: Step): Step =>
  defer(() => step).pipe(catchError((error) => perform(() => log.error(`${what}: ${errorMessage(error)}`))));
