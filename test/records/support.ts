import type { Value } from "../../src/channel/dbf.js";
import type { MonitorEvent } from "../../src/channel/provider.js";
import type { DeviceDefinition } from "../../src/database/definitions.js";
import type { DatabaseDefinition, RecordDefinition } from "../../src/database/recordDefinition.js";
import { RecordEngine, type RecordEngineOptions } from "../../src/records/index.js";

const location = { file: "test.db", line: 1 };

/** A database as a test writes it: record name, then type and fields; `info` apart. */
export type TestRecords = Readonly<Record<string, readonly [type: string, fields?: Record<string, string>]>>;

export const database = (records: TestRecords): DatabaseDefinition => ({
  records: Object.entries(records).map(
    ([name, [type, fields = {}]]): RecordDefinition => ({
      name,
      type,
      fields: new Map(Object.entries(fields).map(([field, value]) => [field, { value, location }])),
      aliases: [],
      info: new Map(),
      location,
    }),
  ),
  aliases: [],
  // As a .dbd file would declare the device supports.
  definitions: Object.values(records).flatMap(([recordType, { DTYP: choice } = {}]): DeviceDefinition[] =>
    choice === undefined
      ? []
      : [{ kind: "device", recordType, linkType: "INST_IO", support: "", choice, location }],
  ),
});

/** An engine with these records, loaded but not started. */
export function loaded(records: TestRecords, options: RecordEngineOptions = {}): RecordEngine {
  const engine = new RecordEngine(options);
  const [problem] = engine.load(database(records));
  if (problem !== undefined) throw new Error(problem.message);
  return engine;
}

/** A running engine with these records, stopped at the end of the test. */
export function running(
  context: { after(action: () => void): void },
  records: TestRecords,
  options: RecordEngineOptions = {},
): RecordEngine {
  const engine = loaded(records, options);
  engine.iocInit();
  context.after(() => engine.stop());
  return engine;
}

/** The events of a field from now on. */
export function events(engine: RecordEngine, name: string, mask = 7): MonitorEvent[] {
  const seen: MonitorEvent[] = [];
  engine.open(name)?.subscribe(mask, (event) => seen.push(event));
  return seen;
}

export const values = (seen: readonly MonitorEvent[]): Value[] => seen.map(({ sample }) => sample.value);

/** Puts, and fails the test when the put is refused. */
export function put(engine: RecordEngine, name: string, value: Value): void {
  const result = engine.put(name, value);
  if (!result.ok) throw new Error(result.error.message);
}

/** Resolves once the field has the value; fails after `timeoutSeconds`. */
export function becomes(engine: RecordEngine, name: string, value: Value, timeoutSeconds = 3): Promise<void> {
  return new Promise((resolve, reject) => {
    const channel = engine.open(name);
    if (channel === undefined) throw new Error(`no ${name}`);
    const timer = setTimeout(
      () => reject(new Error(`${name} is ${channel.read().value}, not ${value}`)),
      timeoutSeconds * 1000,
    );
    const check = (): void => {
      if (channel.read().value !== value) return;
      clearTimeout(timer);
      channel.close();
      resolve();
    };
    channel.subscribe(7, check);
    check();
  });
}
