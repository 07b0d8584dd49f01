import type { DeviceContext, DeviceRecord, DeviceSupport } from "../../records/deviceSupport.js";
import type { MotorAxis, MotorDevice } from "../../records/motorAxis.js";
import { parseAsynLink } from "../asyn/asynLink.js";
import type { Port } from "../asyn/portDriver.js";
import type { PortRegistry } from "../asyn/portRegistry.js";

/** A motor controller: one axis per asyn address. */
export interface MotorPort extends Port {
  axis(address: number): MotorAxis | undefined;
}

const isMotorPort = (port: Port): port is MotorPort => "axis" in port;

function findAxis(ports: PortRegistry, text: string): MotorAxis {
  const link = parseAsynLink(text);
  if (!link.ok) throw new Error(link.error);
  const { portName, address } = link.value;
  const port = ports.get(portName);
  if (port === undefined) throw new Error(`asyn port "${portName}" not found`);
  if (!isMotorPort(port)) throw new Error(`asyn port "${portName}" is no motor controller`);
  const axis = port.axis(address);
  if (axis === undefined) throw new Error(`motor controller "${portName}" has no axis ${address}`);
  return axis;
}

/** DTYP asynMotor: `@asyn(PORT,AXIS)`. Every status of the axis processes the record. */
export const motorDeviceSupport = (ports: PortRegistry): DeviceSupport => ({
  dtyp: "asynMotor",
  recordTypes: ["motor"],
  attach(record: DeviceRecord, parameters: string, context: DeviceContext): MotorDevice {
    const axis = findAxis(ports, parameters);
    const subscription = axis.status$.subscribe(() => {
      // A command given while the record processes reports at once; the record looks at the status itself then.
      if (record.getField("PACT") === 0) context.process();
    });
    return { motor: axis, detach: () => subscription.unsubscribe() };
  },
});
