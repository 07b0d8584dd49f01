import { type Observable, takeUntil, timer } from "rxjs";
import { errorMessage } from "../libcom/errorMessage.js";
import type { PvaChannel } from "../pva/index.js";
import {
  type PvToolOptions,
  type PvToolOutput,
  processOutput,
  pvCommand,
  runPvTool,
  updateText,
} from "./pvTool.js";

/** Shows PVs and their changes until it is interrupted, or until `stop$` emits. */
export function main(
  words: readonly string[],
  program = "pvmonitor",
  output: PvToolOutput = processOutput,
  stop$?: Observable<unknown>,
): Promise<number> {
  const command = pvCommand(program, "Show PVs and their changes over pvAccess").argument(
    "<pv...>",
    "names of the PVs",
  );
  return runPvTool(command, words, output, (client, names, options) => {
    const lines = names.map((name) => new MonitorLines(client.connect(name), options, output));
    return new Promise<number>((resolve) => {
      let open = lines.length;
      const finish = () => {
        if (--open === 0) resolve(lines.some((line) => line.hasFailed) ? 1 : 0);
      };
      for (const line of lines) line.start(finish, stop$);
    });
  });
}

class MonitorLines {
  hasFailed = false;

  constructor(
    private readonly channel: PvaChannel,
    private readonly options: PvToolOptions,
    private readonly output: PvToolOutput,
  ) {}

  start(finished: () => void, stop$: Observable<unknown> | undefined): void {
    const { channel, options, output } = this;
    const { request, wait, quiet } = options;
    const notify = (state: string) => {
      if (!quiet) output.error(`${channel.name} ${state}`);
    };
    const waiting = timer(wait * 1000).subscribe(() => notify("not connected"));
    let wasConnected = false;
    const states = channel.connected$.subscribe((connected) => {
      if (connected) waiting.unsubscribe();
      else if (wasConnected) notify("disconnected");
      wasConnected = connected;
    });
    const end = () => {
      waiting.unsubscribe();
      states.unsubscribe();
      finished();
    };
    const updates = channel.monitor({ request });
    (stop$ === undefined ? updates : updates.pipe(takeUntil(stop$))).subscribe({
      next: (update) => output.out(updateText(channel.name, update, options)),
      error: (error: unknown) => {
        this.hasFailed = true;
        notify(errorMessage(error));
        end();
      },
      complete: end,
    });
  }
}
