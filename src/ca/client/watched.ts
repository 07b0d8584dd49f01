import { BehaviorSubject, type Observable } from "rxjs";

/** A value that may be watched. It costs a subject only from the time somebody does: of thousands of channels few are watched. */
export class Watched<T> {
  #value: T;
  #subject: BehaviorSubject<T> | undefined;

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  /** The present value, and each that follows. */
  get values$(): Observable<T> {
    return this.#watched();
  }

  next(value: T): void {
    this.#value = value;
    this.#subject?.next(value);
  }

  complete(): void {
    this.#watched().complete();
  }

  #watched(): BehaviorSubject<T> {
    this.#subject ??= new BehaviorSubject(this.#value);
    return this.#subject;
  }
}
