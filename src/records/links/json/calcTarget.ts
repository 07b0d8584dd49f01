import { Severity, Status } from "../../../channel/alarm.js";
import { convertValue } from "../../../channel/convert.js";
import { type DbfType, firstElement, type TypedValue, type Value } from "../../../channel/dbf.js";
import type { Properties } from "../../../channel/provider.js";
import type { Timestamp } from "../../../libcom/epicsTime.js";
import { ARGUMENT_NAMES } from "../../calc/index.js";
import type { DbRecord } from "../../dbRecord.js";
import type { LinkAlarm, LinkTarget } from "../link.js";
import type { CalcLink, Expression } from "./jsonLink.js";

/** A link inside a calculation, opened; a constant has given its value already. */
export interface OpenInput {
  readonly initial: TypedValue | undefined;
  readonly target: LinkTarget;
}

/** A child link is none of the record's fields. */
const UNKNOWN_FIELD = "????";
const USE_DEVICE_TIME = -2;
const noAlarm: LinkAlarm = { status: 0, severity: 0, message: "" };

/** Calculates with what other links give; writes what it calculates through another one. */
export class CalcTarget implements LinkTarget {
  readonly kind = "json";
  readonly type = "DOUBLE";
  readonly elementCount = 1;
  readonly #args = new Float64Array(ARGUMENT_NAMES.length);
  #value = 0;
  #alarm = noAlarm;
  #time: Timestamp | undefined;

  constructor(
    private readonly instance: DbRecord,
    private readonly link: CalcLink,
    readonly inputs: readonly (OpenInput | undefined)[],
    readonly out: LinkTarget | undefined,
  ) {
    link.inputs.forEach((input, index) => {
      if (typeof input === "number") this.#args[index] = input;
      const initial = inputs[index]?.initial;
      if (initial !== undefined) this.#take(index, initial.value, initial.type);
    });
  }

  /** What was calculated last. */
  get value(): number {
    return this.#value;
  }

  argument(index: number): number {
    return this.#args[index] ?? 0;
  }

  get connected(): boolean {
    return [...this.inputs.map((input) => input?.target), this.out].every(
      (target) => target === undefined || target.kind === "constant" || target.connected,
    );
  }

  read(): number | undefined {
    this.#readInputs();
    const value = this.#calculate(this.link.expression, this.#value);
    if (value === undefined) return undefined;
    this.#value = value;
    return this.#checkAlarms() ? value : undefined;
  }

  /** As text a result has six digits: `prec` is for those who ask. */
  format() {
    return {};
  }

  write(value: Value, type: DbfType): boolean {
    this.#readInputs();
    const put = asDouble(value, type);
    if (put === undefined) return false;
    this.#value = put;
    const { expression } = this.link;
    const result = expression === undefined ? put : this.#calculate(expression, put);
    if (result === undefined) return false;
    this.#value = result;
    if (!this.#checkAlarms()) return false;
    return this.out?.write(result, "DOUBLE") ?? false;
  }

  writeNotify(value: Value, type: DbfType): Promise<boolean> {
    return Promise.resolve(this.write(value, type));
  }

  alarm(): LinkAlarm {
    return this.#alarm;
  }

  time(): Timestamp | undefined {
    return this.#time;
  }

  properties(): Properties {
    return { units: this.link.units ?? "", precision: this.link.precision };
  }

  forward(): void {}
  processNotify(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    for (const input of this.inputs) input?.target.close();
    this.out?.close();
  }

  #readInputs(): void {
    this.inputs.forEach((input, index) => {
      if (input === undefined || input.target.kind === "constant") return;
      const { target } = input;
      const value = target.read();
      const taken = value !== undefined && this.#take(index, value, target.type);
      if (!taken) this.instance.setSevr(Status.LINK, Severity.INVALID, `field ${UNKNOWN_FIELD}`);
      if (index === this.link.timeInput) this.#takeTime(target);
    });
  }

  #take(index: number, value: Value, type: DbfType): boolean {
    const number = asDouble(value, type);
    if (number !== undefined) this.#args[index] = number;
    return number !== undefined;
  }

  /** A record whose time comes from its device gets the input's. */
  #takeTime(target: LinkTarget): void {
    this.#time = target.time() ?? this.#time;
    const { record } = this.instance;
    if (record.TSEL.isConstant && record.TSE === USE_DEVICE_TIME && this.#time !== undefined)
      record.TIME = this.#time;
  }

  #calculate(expression: Expression | undefined, previous: number): number | undefined {
    const program = expression?.program;
    return program?.perform(this.#args, previous) === true ? program.result : undefined;
  }

  /** False when an alarm's expression has no result. */
  #checkAlarms(): boolean {
    this.#alarm = noAlarm;
    return (
      this.#checkAlarm(this.link.major, Severity.MAJOR, "post_major error") &&
      (this.#alarm.severity !== 0 || this.#checkAlarm(this.link.minor, Severity.MINOR, "post_minor error"))
    );
  }

  #checkAlarm(expression: Expression | undefined, severity: number, message: string): boolean {
    if (expression === undefined) return true;
    const raised = this.#calculate(expression, this.#value);
    if (raised === undefined) return false;
    if (raised === 0) return true;
    this.#alarm = { status: Status.LINK, severity, message };
    this.instance.setSevr(Status.LINK, severity, message);
    return true;
  }
}

function asDouble(value: Value, type: DbfType): number | undefined {
  const first = firstElement(value);
  const converted = first === undefined ? undefined : convertValue(first, type, "DOUBLE");
  return converted?.ok === true ? Number(converted.value) : undefined;
}
