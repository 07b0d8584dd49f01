import { of } from "rxjs";
import { SimulatedAxis, type SimulatedAxisOptions } from "./axis.js";
import type { MotorPort } from "./motorDeviceSupport.js";

/** A motor controller without hardware. Axes are numbered as they are given. */
export class SimulatedStage implements MotorPort {
  readonly portName: string;
  readonly connected$ = of(true);
  readonly axes: readonly SimulatedAxis[];

  constructor(portName: string, axes: readonly SimulatedAxisOptions[]) {
    this.portName = portName;
    this.axes = axes.map((options) => new SimulatedAxis(options));
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

  parameter(): undefined {
    return undefined;
  }

  close(): void {
    for (const axis of this.axes) axis.close();
  }
}
