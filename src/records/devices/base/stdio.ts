import { logger } from "../../../libcom/log.js";
import type { DeviceSupport } from "../../deviceSupport.js";

const log = logger("records.stdio");

const STREAMS: Readonly<Record<string, (line: string) => void>> = {
  stdout: (line) => void process.stdout.write(`${line}\n`),
  stderr: (line) => void process.stderr.write(`${line}\n`),
  errlog: (line) => log.info(line),
};

/** `stdio`: writes the text as a line to `@stdout`, `@stderr` or `@errlog`. */
export const stdio: DeviceSupport = {
  dtyp: "stdio",
  recordTypes: ["lso", "printf", "stringout"],
  attach(record, parameters) {
    const print = STREAMS[parameters];
    if (print === undefined) throw new Error(`there is no stream "${parameters}"`);
    return { write: () => print(String(record.getField("VAL"))) };
  },
};
