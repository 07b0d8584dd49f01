import { join } from "node:path";
import { of } from "rxjs";
import { DriverParameter } from "../../src/drivers/asyn/driverParameter.js";
import type { ParameterType, Port } from "../../src/drivers/asyn/portDriver.js";
import { SimulatedStage } from "../../src/drivers/stage/simulatedStage.js";
import { createIoc, type Ioc } from "../../src/ioc/ioc.js";
import { sharedDirectory } from "../support/paths.js";
import type { TemplateGroup } from "./beamlineTemplates.js";

export const beamline = join(sharedDirectory, "beamline");

/** A driver that has every parameter that a template asks for, in the type it asks for. */
class AnyPort implements Port {
  readonly connected$ = of(true);
  readonly octet = {
    writeRead: () => Promise.resolve({ data: new Uint8Array(), end: 0 }),
    write: () => Promise.resolve(),
    read: () => Promise.resolve({ data: new Uint8Array(), end: 0 }),
  };
  readonly #parameters = new Map<string, DriverParameter>();

  constructor(readonly portName: string) {}

  parameter(name: string, address: number, type: ParameterType = "Int32"): DriverParameter {
    const key = `${type} ${address} ${name}`;
    const parameter = this.#parameters.get(key) ?? new DriverParameter(name, { type });
    this.#parameters.set(key, parameter);
    return parameter;
  }

  close(): void {}
}

export interface Booted {
  readonly ioc: Ioc;
  /** What loading complained about, and records whose device support could not be attached. */
  readonly said: readonly string[];
}

/** An IOC with the files of a group, as a boot script loads them. */
export async function boot({ loads, ports }: TemplateGroup): Promise<Booted> {
  const TOP = join(beamline, loads[0]?.file.split("/")[0] ?? "");
  const environment = { TOP, EPICS_DB_INCLUDE_PATH: join(beamline, "areaDetector/db") };
  const ioc = createIoc({ environment });
  for (const line of ports ?? []) {
    const { ok } = await ioc.shell.runLine(line);
    if (!ok) throw new Error(`${line} failed`);
  }
  if (ports === undefined) {
    for (const name of ["PORT", "PORT_TS", "CAM", "PSO_PORT"]) ioc.ports.add(new AnyPort(name));
    ioc.ports.add(new SimulatedStage("STAGE", [{ name: "x" }]));
  }
  const lines = loads.flatMap(({ file, macros = {} }) => {
    const load = file.endsWith(".substitutions") ? "loadTemplate" : "loadRecords";
    return ioc[load](join(beamline, file), macros);
  });
  ioc.engine.iocInit();
  const failures = [...ioc.engine.recordNames()].flatMap((name) => {
    const error = ioc.engine.instance(name)?.deviceError;
    return error === undefined ? [] : [`${name}: ${error}`];
  });
  return { ioc, said: [...lines, ...failures] };
}
