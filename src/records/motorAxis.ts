import type { Observable } from "rxjs";
import type { AttachedDevice } from "./deviceSupport.js";

/** What a motor controller tells of one axis; positions are dial values in the record's units. */
export interface MotorStatus {
  readonly position: number;
  /** What the encoder reads, where that is not `position`. */
  readonly encoder?: number;
  readonly moving: boolean;
  /** Direction of the last motion. */
  readonly positive: boolean;
  readonly atHome: boolean;
  readonly highLimit: boolean;
  readonly lowLimit: boolean;
  readonly problem: boolean;
  /** Whether position control is on; absent where it cannot be switched. */
  readonly enabled?: boolean;
}

/** Velocity in units per second and acceleration in units per second squared; both positive. */
export interface MotorProfile {
  readonly velocity: number;
  readonly acceleration: number;
}

/** The axis behind a motor record. Commands return at once; `status$` reports progress and the end. */
export interface MotorAxis {
  readonly status: MotorStatus;
  /** The present status at once, then while moving and once at rest. */
  readonly status$: Observable<MotorStatus>;
  moveTo(position: number, profile: MotorProfile): void;
  /** Moves for ever at `velocity`, whose sign is the direction. */
  jog(velocity: number, acceleration: number): void;
  home(forward: boolean, profile: MotorProfile): void;
  stop(acceleration: number): void;
  /** Declares where the axis is, without motion. */
  setPosition(position: number): void;
  /** Switches position control; without it the axis does not move. */
  enable?(on: boolean): void;
}

/** Device support of a motor record: the axis, besides processing the record whenever its status changes. */
export interface MotorDevice extends AttachedDevice {
  readonly motor: MotorAxis;
}

export const isMotorDevice = (device: AttachedDevice | undefined): device is MotorDevice =>
  device !== undefined && "motor" in device;
