import { concat, defer, distinctUntilChanged, type Observable, of, Subject } from "rxjs";
import { now, type Timestamp } from "../../libcom/epicsTime.js";
import type {
  AsynStatus,
  Parameter,
  ParameterAlarm,
  ParameterChoice,
  ParameterType,
  ParameterValueOf,
  ValueDetails,
  WriteHandler,
} from "./portDriver.js";

/** A row of a driver's parameter table: the asyn type, and the value before anybody set one. */
export interface ParameterSpec<T extends ParameterType> {
  readonly type: T;
  readonly initial?: ParameterValueOf<T>;
  readonly choices?: readonly ParameterChoice[];
}

const spec =
  <T extends ParameterType>(type: T) =>
  (initial?: ParameterValueOf<T>): ParameterSpec<T> =>
    initial === undefined ? { type } : { type, initial };

export const int32 = spec("Int32");
/** An integer whose values have names: 0 is the first. */
export const choice = (names: readonly string[], initial = 0): ParameterSpec<"Int32"> => ({
  type: "Int32",
  initial,
  choices: names.map((name, value) => ({ name, value })),
});
/** An integer whose values have names and are not counted from 0. */
export const enumeration = (
  values: Readonly<Record<string, number>>,
  initial: number,
): ParameterSpec<"Int32"> => ({
  type: "Int32",
  initial,
  choices: Object.entries(values).map(([name, value]) => ({ name, value })),
});
export const int64 = spec("Int64");
export const uint32Digital = spec("UInt32Digital");
export const float64 = spec("Float64");
export const octet = spec("Octet");
export const int8Array = spec("Int8Array");
export const int16Array = spec("Int16Array");
export const int32Array = spec("Int32Array");
export const int64Array = spec("Int64Array");
export const float32Array = spec("Float32Array");
export const float64Array = spec("Float64Array");

const NO_ALARM: ParameterAlarm = { status: 0, severity: 0 };

/** A parameter as its driver sees it: the driver may put a handler before every write of a record. */
export class DriverParameter<T extends ParameterType = ParameterType> implements Parameter<T> {
  readonly name: string;
  readonly type: T;
  #choices: readonly ParameterChoice[];
  #value: ParameterValueOf<T> | undefined;
  #status: AsynStatus = "Success";
  #time = now();
  #alarm = NO_ALARM;
  #handler: WriteHandler<T> | undefined;
  readonly #changes = new Subject<ParameterValueOf<T>>();
  readonly #writes = new Subject<ParameterValueOf<T>>();
  readonly #statuses = new Subject<AsynStatus>();
  readonly #choiceLists = new Subject<readonly ParameterChoice[]>();

  constructor(name: string, { type, initial, choices = [] }: ParameterSpec<T>) {
    this.name = name;
    this.type = type;
    this.#value = initial;
    this.#choices = choices;
  }

  get choices(): readonly ParameterChoice[] {
    return this.#choices;
  }

  readonly choices$: Observable<readonly ParameterChoice[]> = this.#choiceLists.asObservable();

  /** Other names for the values: records show them at once. */
  setChoices(choices: readonly ParameterChoice[]): void {
    this.#choices = choices;
    this.#choiceLists.next(choices);
  }

  get time(): Timestamp {
    return this.#time;
  }

  get alarm(): ParameterAlarm {
    return this.#alarm;
  }

  get value(): ParameterValueOf<T> | undefined {
    return this.#value;
  }

  get status(): AsynStatus {
    return this.#status;
  }

  readonly value$: Observable<ParameterValueOf<T>> = defer(() =>
    this.#value === undefined ? this.#changes : concat(of(this.#value), this.#changes),
  );

  readonly written$: Observable<ParameterValueOf<T>> = this.#writes.asObservable();

  readonly status$: Observable<AsynStatus> = this.#statuses.pipe(distinctUntilChanged());

  /** What the driver does when a record writes; without a handler every value is accepted. */
  handleWrites(handler: WriteHandler<T>): void {
    this.#handler = handler;
  }

  set(value: ParameterValueOf<T>, { time = now(), alarm = NO_ALARM }: ValueDetails = {}): void {
    this.#value = value;
    this.#time = time;
    this.#alarm = alarm;
    this.setStatus("Success");
    this.#changes.next(value);
  }

  setStatus(status: AsynStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    if (status !== "Success") this.#time = now();
    this.#statuses.next(status);
  }

  write(value: ParameterValueOf<T>): void | Promise<void> {
    const answer = this.#handler?.(value);
    if (answer instanceof Promise) return answer.then((handled) => this.#accept(handled ?? value));
    this.#accept(answer ?? value);
  }

  #accept(value: ParameterValueOf<T>): void {
    this.set(value);
    this.#writes.next(value);
  }
}
