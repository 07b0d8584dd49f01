// Puts to records of several types in one process, without sockets: node dist/bench/puts.js [types, as ao,bo] [passes]
import type { TypedValue } from "../src/channel/dbf.js";
import type { DatabaseDefinition, RecordDefinition } from "../src/database/index.js";
import { RecordEngine } from "../src/records/index.js";

const [typeList = "ao,bo,longout,stringout,mbbo,ai,longin,bi", passes = "60"] = process.argv.slice(2);
const types = typeList.split(",");

const RECORDS_OF_A_TYPE = 200;
const PUTS_TO_EACH = 10;
/** Passes while code is compiled. */
const WARMING_PASSES = 20;

const location = { file: "puts", line: 1 };
const noFields: RecordDefinition["fields"] = new Map();
const stateNames: RecordDefinition["fields"] = new Map([
  ["ZRST", { value: "Closed", location }],
  ["ONST", { value: "Open", location }],
]);

const recordOf = (type: string, index: number): RecordDefinition => ({
  name: `${type}${index}`,
  type,
  fields: type === "mbbo" ? stateNames : noFields,
  aliases: [],
  info: new Map(),
  location,
});

const numbers = Array.from({ length: RECORDS_OF_A_TYPE }, (_, index) => index);

const database: DatabaseDefinition = {
  records: types.flatMap((type) => numbers.map((index) => recordOf(type, index))),
  aliases: [],
};

/** What clients of each type write; numbers where it is none of these. */
function valueFor(type: string, count: number): TypedValue {
  if (type.startsWith("string")) return { type: "STRING", value: `text ${count & 7}` };
  if (type.startsWith("long")) return { type: "LONG", value: count };
  return /^(bi|bo|mbbi|mbbo)$/.test(type)
    ? { type: "USHORT", value: count & 1 }
    : { type: "DOUBLE", value: count + 0.5 };
}

function processorMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const engine = new RecordEngine();
engine.load(database);
engine.iocInit();
const rows = types.map((type) => ({
  type,
  channels: numbers.flatMap((index) => engine.open(`${type}${index}`) ?? []),
  values: numbers.map((index) => valueFor(type, index)),
  best: Number.POSITIVE_INFINITY,
}));

for (let pass = 0; pass < Number(passes); pass++)
  for (const row of rows) {
    const begin = processorMicroseconds();
    for (let turn = 0; turn < PUTS_TO_EACH; turn++)
      row.channels.forEach((channel, index) => {
        const value = row.values[(index + turn) % RECORDS_OF_A_TYPE];
        if (value !== undefined) channel.write(value);
      });
    const each = (processorMicroseconds() - begin) / (PUTS_TO_EACH * RECORDS_OF_A_TYPE);
    if (pass >= WARMING_PASSES) row.best = Math.min(row.best, each);
  }

console.table(
  Object.fromEntries(rows.map(({ type, best }) => [type, { "us of processor time a put": best.toFixed(2) }])),
);
engine.stop();
