// A record type of your own, in an IOC. Run: node dist/examples/recordType.js lab:
import { fileURLToPath } from "node:url";
import { createIoc, defineRecordType, EventMask } from "tomoioc";
import { double, inLink, long, string } from "tomoioc/records";

/** Keeps the mean of what its INP has given since COUNT was last put to 0. */
const mean = defineRecordType(
  "mean",
  {
    VAL: double({ prompt: "Mean" }),
    INP: inLink({ prompt: "Input Specification" }),
    LAST: double({ prompt: "Last Value Read" }),
    COUNT: long({ prompt: "Values in the Mean" }),
    EGU: string(16, { prop: true, prompt: "Engineering Units" }),
  },
  {
    process(record, io) {
      if (!io.readLink("INP", "LAST")) return; // the link's alarm is raised already
      if (record.COUNT === 0) record.VAL = 0;
      record.COUNT += 1;
      record.VAL += (record.LAST - record.VAL) / record.COUNT;
      record.UDF = 0;
    },
    complete(_record, io) {
      io.timestamp();
      const mask = io.resetAlarms() | EventMask.VALUE | EventMask.LOG;
      for (const field of ["VAL", "LAST", "COUNT"] as const) io.post(field, mask);
    },
    properties: (record) => ({ units: record.EGU, precision: 3 }),
  },
);

const prefix = process.argv[2] ?? "lab:";
const database = fileURLToPath(new URL("../../examples/mean.yaml", import.meta.url));

const ioc = createIoc();
ioc.engine.addRecordType(mean);
for (const problem of ioc.loadRecords(database, { P: prefix })) console.error(problem);
await ioc.iocInit();
console.log(`serving ${[...ioc.engine.recordNames()].join(" ")}`);

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void ioc.stop().then(() => process.exit(0)));
