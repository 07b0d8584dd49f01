import { warmUpServer } from "../ca/index.js";
import type { DatabaseDefinition } from "../database/index.js";
import { RecordEngine } from "../records/index.js";
import type { Stoppable } from "./iocParts.js";

/** A fifth of a second once, of a program that runs for months. */
const PROCESSOR_MILLISECONDS = 200;

/**
 * One type only: code that was compiled after records of five types went through it takes longer for each of them, and an IOC may
 * have fewer.
 */
const database: DatabaseDefinition = {
  records: [
    {
      name: "warmUp",
      type: "ao",
      fields: new Map(),
      aliases: [],
      info: new Map(),
      location: { file: "warmUp", line: 1 },
    },
  ],
  aliases: [],
};

/** Compiles what serves records to Channel Access clients, with records and a server that nobody else sees. */
export function startWarmUp(): Stoppable {
  const engine = new RecordEngine();
  engine.load(database);
  engine.iocInit();
  const abort = new AbortController();
  const options = { processorMilliseconds: PROCESSOR_MILLISECONDS, signal: abort.signal };
  const ended = warmUpServer(engine, options).finally(() => engine.stop());
  return {
    stop() {
      abort.abort();
      return ended;
    },
  };
}
