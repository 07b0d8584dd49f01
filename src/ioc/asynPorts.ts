import type { OctetInterface, Port, PortOptions } from "../drivers/asyn/portDriver.js";
import { CommandError } from "../iocsh/index.js";
import type { IocParts } from "./iocParts.js";

/** The port that a shell command names; the command ends with a message where there is none. */
export function portNamed(ioc: IocParts, portName: string | undefined): Port {
  if (portName === undefined) throw new CommandError("Missing portName argument");
  const port = ioc.ports.get(portName);
  if (port === undefined)
    throw new CommandError(
      `Port ${portName} connectDevice failed: asynManager:connectDevice port ${portName} not found`,
    );
  return port;
}

const lacks = (port: Port, interfaceName: string): CommandError =>
  new CommandError(`Port ${port.portName} does not provide required ${interfaceName} interface`);

export function octetNamed(ioc: IocParts, portName: string | undefined): OctetInterface {
  const port = portNamed(ioc, portName);
  if (port.octet === undefined) throw lacks(port, "asynOctet");
  return port.octet;
}

export function optionsNamed(ioc: IocParts, portName: string | undefined): PortOptions {
  const port = portNamed(ioc, portName);
  if (port.options === undefined) throw lacks(port, "asynOption");
  return port.options;
}
