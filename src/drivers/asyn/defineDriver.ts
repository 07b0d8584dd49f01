import { BehaviorSubject, type Observable, type Subscription } from "rxjs";
import { errorMessage } from "../../libcom/errorMessage.js";
import { logger } from "../../libcom/log.js";
import { DriverParameter, type ParameterSpec } from "./driverParameter.js";
import type { OctetInterface, Parameter, ParameterType, Port } from "./portDriver.js";

const log = logger("asyn.port");

/** Parameters by drvInfo name, in the words of the driver's templates. */
export type ParameterTable = Readonly<Record<string, ParameterSpec<ParameterType>>>;

export type ParametersOf<Table extends ParameterTable> = {
  readonly [Name in keyof Table]: DriverParameter<Table[Name]["type"]>;
};

/** What a driver gets to work with. */
export interface DriverContext<Table extends ParameterTable> {
  readonly portName: string;
  readonly params: ParametersOf<Table>;
}

/** A running port whose parameters the code that made it can reach by name. */
export interface DriverPort<Table extends ParameterTable> extends Port {
  readonly params: ParametersOf<Table>;
}

/** One parameter per row of the table. */
export function makeParameters<Table extends ParameterTable>(table: Table): ParametersOf<Table> {
  const entries = Object.entries(table).map(([name, row]) => [name, new DriverParameter(name, row)]);
  // Object.fromEntries forgets which key has which type; each entry was made from the row of its own name.
  return Object.fromEntries(entries) as ParametersOf<Table>;
}

/**
 * A driver as a value: its parameters, and what it does for as long as it lives. The observable that `run` returns is
 * subscribed when a port is made and unsubscribed by `close`; an error in it is logged and ends the driver, not the process.
 */
export const defineDriver =
  <Table extends ParameterTable>(
    driverName: string,
    table: Table,
    run: (context: DriverContext<Table>) => Observable<unknown>,
    options: { octet?: OctetInterface } = {},
  ) =>
  (portName: string): DriverPort<Table> => {
    const params = makeParameters(table);
    const byName = new Map<string, Parameter>(Object.entries(params));
    const connected = new BehaviorSubject(true);
    const life: Subscription = run({ portName, params }).subscribe({
      error: (error: unknown) => {
        log.error(`${driverName} ${portName}: ${errorMessage(error)}`);
        connected.next(false);
      },
    });
    return {
      portName,
      params,
      connected$: connected,
      parameter: (name) => byName.get(name),
      parameterNames: () => [...byName.keys()],
      ...(options.octet === undefined ? {} : { octet: options.octet }),
      close: () => {
        life.unsubscribe();
        connected.complete();
      },
    };
  };
