import { of } from "rxjs";
import { DriverParameter, float64, int32 } from "../asyn/driverParameter.js";
import { SimulatedAxis, type SimulatedAxisOptions } from "./axis.js";
import type { MotorPort } from "./motorDeviceSupport.js";

const scaleParameters = (): Readonly<Record<string, DriverParameter>> => ({
  MOTOR_REC_RESOLUTION: new DriverParameter("MOTOR_REC_RESOLUTION", float64()),
  MOTOR_REC_DIRECTION: new DriverParameter("MOTOR_REC_DIRECTION", int32()),
  MOTOR_REC_OFFSET: new DriverParameter("MOTOR_REC_OFFSET", float64()),
});

/** A motor controller without hardware. Axes are numbered as they are given. */
export class SimulatedStage implements MotorPort {
  readonly portName: string;
  readonly connected$ = of(true);
  readonly axes: readonly SimulatedAxis[];
  readonly #scales: readonly Readonly<Record<string, DriverParameter>>[];

  constructor(portName: string, axes: readonly SimulatedAxisOptions[]) {
    this.portName = portName;
    this.axes = axes.map((options) => new SimulatedAxis(options));
    this.#scales = axes.map(scaleParameters);
  }

  axis(address: number): SimulatedAxis | undefined {
    return this.axes[address];
  }

  /** The axis of a name; throws for one that is not there. */
  named(name: string): SimulatedAxis {
    const axis = this.axes.find((candidate) => candidate.name === name);
    if (axis === undefined) throw new Error(`stage "${this.portName}" has no axis "${name}"`);
    return axis;
  }

  /** What the records beside a motor record tell the controller of its scale; nothing here depends on it. */
  parameter(name: string, address: number): DriverParameter | undefined {
    return this.#scales[address]?.[name];
  }

  close(): void {
    for (const axis of this.axes) axis.close();
  }
}
