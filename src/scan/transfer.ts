import { execFile } from "node:child_process";
import { basename, dirname, sep } from "node:path";
import { promisify } from "node:util";
import { errorMessage } from "../libcom/errorMessage.js";
import type { ScanContext } from "./context.js";
import { readText } from "./pvValues.js";
import { perform, type Step } from "./steps.js";

const execute = promisify(execFile);

export interface TransferCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/** `user@host:/directory/`; nothing that a shell on the way could take for more than a name. */
const REMOTE = /^((?:[\w.-]+@)?[\w][\w.-]*):([\w./~@%+=-]*)$/;

/**
 * What copies a file to the analysis computer: it goes to `<remote><year and month>/<user>/`, the last two folders it lies in.
 * Throws when `remote` is no `user@host:/directory/`.
 */
export function transferCommands(path: string, remote: string): TransferCommand[] {
  const [, host, top] = REMOTE.exec(remote) ?? [];
  if (host === undefined || top === undefined)
    throw new Error(`RemoteAnalysisDir "${remote}" is not of the form user@host:/directory/`);
  const folders = dirname(path).split(sep).filter(Boolean).slice(-2).join("/");
  const directory = `${top}${folders}/`;
  if (!REMOTE.test(`${host}:${directory}`)) throw new Error(`"${folders}" cannot be named to ${host}`);
  return [
    { program: "ssh", args: ["-o", "BatchMode=yes", host, `mkdir -p ${directory}`] },
    { program: "scp", args: ["-q", "-B", path, `${host}:${directory}`] },
  ];
}

async function transfer(context: ScanContext, path: string): Promise<void> {
  const { beamline, kind, log, running$, times } = context;
  const show = (text: string): void => beamline.own("ScanStatus").write(text);
  try {
    const how = await readText(beamline.own("CopyToAnalysisDir"));
    if (how === "None") return;
    if (how !== "scp") throw new Error(`"${how}" is not available here, choose scp`);
    const remote = await readText(beamline.own("RemoteAnalysisDir"));
    for (const { program, args } of transferCommands(path, remote))
      await execute(program, [...args], { timeout: times.transfer * 1000 });
    log.info(`${path}: copied to ${remote}`);
    if (kind !== "stream" && !running$.value) show("scp file transfer complete");
  } catch (error) {
    const reason = `${basename(path)}: not copied to the analysis computer: ${errorMessage(error).split("\n")[0]}`;
    log.error(reason);
    show(reason);
  }
}

/**
 * Copies a complete file to the analysis computer when CopyToAnalysisDir asks for it. Nothing waits for that; ScanStatus tells when
 * it failed, and after a scan that does not stream also when it is done.
 */
export const startTransfer = (context: ScanContext, path: string): Step =>
  perform(() => {
    void transfer(context, path);
  });
