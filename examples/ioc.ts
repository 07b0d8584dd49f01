// An IOC of your own: a driver, its records, both protocols. Run: node dist/examples/ioc.js lab:
import { fileURLToPath } from "node:url";
import { interval, tap } from "rxjs";
import { createIoc, defineDriver, float64 } from "tomoioc";

const STEP_SECONDS = 0.1;
const TIME_CONSTANT_SECONDS = 2;

/** A plate that creeps towards its set point. Records reach its parameters as @asyn(PORT,0)NAME. */
const thermostat = defineDriver(
  "Thermostat",
  { SETPOINT: float64(20), TEMPERATURE: float64(20) },
  ({ params: { SETPOINT, TEMPERATURE } }) => {
    SETPOINT.handleWrites((wanted) => Math.min(wanted, 150));
    return interval(STEP_SECONDS * 1000).pipe(
      tap(() => {
        const [wanted = 0, present = 0] = [SETPOINT.value, TEMPERATURE.value];
        TEMPERATURE.set(present + ((wanted - present) * STEP_SECONDS) / TIME_CONSTANT_SECONDS);
      }),
    );
  },
);

const prefix = process.argv[2] ?? "lab:";
const database = fileURLToPath(new URL("../../examples/thermostat.yaml", import.meta.url));

const ioc = createIoc();
ioc.ports.add(thermostat("TC1"));
for (const problem of ioc.loadRecords(database, { P: prefix, PORT: "TC1" })) console.error(problem);
await ioc.iocInit();
console.log(`serving ${[...ioc.engine.recordNames()].join(" ")}`);

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void ioc.stop().then(() => process.exit(0)));
