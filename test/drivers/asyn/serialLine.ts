import { createInterface } from "node:readline";
import { spawnPython } from "../../support/python.js";

/** A pseudo-terminal whose other side answers each line with itself and an exclamation mark, and tells how the line is set up. */
const PROGRAM = `
import json, os, pty, sys, termios, threading, tty
master, slave = pty.openpty()
tty.setraw(slave)
print(os.ttyname(slave))
def answer():
    waiting = b""
    while True:
        waiting += os.read(master, 1000)
        while b"\\n" in waiting:
            line, waiting = waiting.split(b"\\n", 1)
            os.write(master, line + b"!\\n")
threading.Thread(target=answer, daemon=True).start()
for _ in sys.stdin:
    iflag, _, cflag, _, _, speed, _ = termios.tcgetattr(slave)
    rates = {getattr(termios, name): int(name[1:]) for name in dir(termios) if name[0] == "B" and name[1:].isdigit()}
    flags = {"stop": cflag & termios.CSTOPB, "crtscts": cflag & termios.CRTSCTS, "ixon": iflag & termios.IXON,
             "ixoff": iflag & termios.IXOFF, "ixany": iflag & termios.IXANY}
    print(json.dumps({"baud": rates[speed], **{name: flag != 0 for name, flag in flags.items()}}))
`;

export interface LineSetup {
  readonly baud: number;
  /** Two stop bits. */
  readonly stop: boolean;
  readonly crtscts: boolean;
  readonly ixon: boolean;
  readonly ixoff: boolean;
  readonly ixany: boolean;
}

export interface SerialTestLine {
  readonly ttyName: string;
  /** How the line is set up now. */
  setup(): Promise<LineSetup>;
  close(): void;
}

export async function serialTestLine(): Promise<SerialTestLine> {
  const python = spawnPython(PROGRAM);
  const lines = createInterface(python.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error("the serial line's process ended");
    return value;
  };
  return {
    ttyName: await next(),
    setup: async () => {
      python.stdin.write("\n");
      return JSON.parse(await next());
    },
    close: () => void python.stdin.end(),
  };
}
